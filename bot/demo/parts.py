"""Read what a message of components shows, as a person would see it."""

from collections.abc import Iterator, Sequence

import discord


def walk(components: Sequence[discord.Component]) -> Iterator[discord.Component]:
    """Every component, outer before inner."""
    for component in components:
        yield component
        for name in ("children", "components", "items"):
            yield from walk(getattr(component, name, ()) or ())
        accessory = getattr(component, "accessory", None)
        if accessory is not None:
            yield accessory


def texts(components: Sequence[discord.Component]) -> list[str]:
    """The texts, each on one line."""
    found = (part for part in walk(components) if isinstance(part, discord.TextDisplay))
    return [" / ".join(part.content.splitlines()) for part in found]


def buttons(components: Sequence[discord.Component]) -> dict[str, str]:
    """The custom ids of Clapper's buttons by their verb (`video:<verb>:<job>`)."""
    found = (part for part in walk(components) if isinstance(part, discord.Button))
    ids = (part.custom_id for part in found if part.custom_id)
    return {custom_id.split(":")[1]: custom_id for custom_id in ids if custom_id.count(":") == 2}  # noqa: PLR2004


def video_urls(components: Sequence[discord.Component]) -> list[str]:
    """Where the message's videos can be fetched."""
    media = (getattr(part, "media", None) for part in walk(components))
    urls = (str(found.url) for found in media if found is not None)
    return [url for url in urls if url.split("?")[0].endswith(".mp4")]
