"""How a setting may be written: each function turns what people type into what the code needs.

Every complaint is a `PydanticCustomError` whose type is a text key (`setting-…`); its context
never holds the value, because the value may be a secret that landed in the wrong place.
"""

import binascii
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic_core import PydanticCustomError

_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_HEADER = re.compile(r"[!-~]+")
_ID = re.compile(r"\d{15,20}", re.ASCII)
_DATABASES = ("sqlite", "postgres", "postgresql")


def complaint(code: LiteralString, **params: str) -> PydanticCustomError:
    """An error whose type is the text key that explains it."""
    return PydanticCustomError(code, code, params or None)


def bare(value: object) -> str:
    """The text without the quotes and blanks that copying leaves around it."""
    return str(value).strip().strip("\"'").strip()


def token(value: object) -> str:
    """A bot token; `Bot ` before it is how HTTP sends it, not part of it."""
    text = bare(value).removeprefix("Bot ").strip()
    if text and not _TOKEN.fullmatch(text):
        raise complaint("setting-token")
    return text


def key(value: object) -> str:
    """A relay's key; `Bearer ` before it is how HTTP sends it, not part of it."""
    text = bare(value).removeprefix("Bearer ").strip()
    if text and not _HEADER.fullmatch(text):
        raise complaint("setting-key")
    return text


def web_address(value: object) -> str:
    """An http(s) address with a host."""
    text = bare(value)
    if not text:
        return text
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"\s", text):
        raise complaint("setting-url")
    return text


def relay_address(value: object) -> str:
    """A relay's address; a name and password in it would end up in every error and log."""
    text = web_address(value)
    if "@" in urlsplit(text).netloc:
        raise complaint("setting-url-password")
    return text


def origin(value: object) -> str:
    """`https://host[:port]`; a host alone means https."""
    text = bare(value)
    parts = urlsplit(web_address(text if "://" in text else f"https://{text}"))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def database(value: object) -> str:
    """`sqlite://` or `postgres://`, whatever driver is named behind a `+`."""
    text = bare(value)
    scheme = text.partition("://")[0].partition("+")[0].lower()
    if "://" not in text or scheme not in _DATABASES:
        raise complaint("setting-database")
    return text


def folder(value: object) -> Path:
    """A folder, `~` being the user's own."""
    return Path(bare(value)).expanduser()


def listed(value: object) -> tuple[str, ...]:
    """Comma-separated in the environment, a list in the file."""
    parts: Iterable[object] = value.split(",") if isinstance(value, str) else _many(value)
    return tuple(text for part in parts if (text := bare(part)))


def _many(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple | set | frozenset) else [value]


def discord_id(value: object) -> int:
    """An id as Discord's "Copy ID" gives it, a mention being taken too."""
    text = bare(value).strip("<@&#>")
    if not _ID.fullmatch(text):
        raise complaint("setting-id")
    return int(text)


def discord_ids(value: object) -> frozenset[int]:
    """Several ids."""
    return frozenset(discord_id(part) for part in listed(value))


def shard_ids(value: object) -> tuple[int, ...]:
    """Shards by number, each once, smallest first; none means all."""
    parts = listed(value)
    nothing = isinstance(value, str) and not parts
    if nothing or not all(re.fullmatch(r"\d{1,5}", part, re.ASCII) for part in parts):
        raise complaint("setting-shards")
    numbers = sorted({int(part) for part in parts})
    if len(numbers) < len(parts):
        raise complaint("setting-shard-twice")
    return tuple(numbers)


def ranges(numbers: Iterable[int]) -> str:
    """Sorted numbers as people write them: `0-3,7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def application(token: str) -> str:
    """The application's id, which is a token's first part; the part itself if it hides none."""
    first = token.partition(".")[0]
    try:
        decoded = urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return first
    return decoded if decoded.isdecimal() else first


def credits(value: object) -> int | None:  # noqa: A001 - the field's word
    """A whole number of credits, or `unlimited` (`None`)."""
    text = bare("unlimited" if value is None else value).lower()
    if text == "unlimited":
        return None
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise complaint("setting-credits")
    return int(text)


def timezone(value: object) -> str:
    """A name of the IANA time zone database."""
    text = bare(value)
    if text not in available_timezones():
        raise complaint("setting-timezone")
    return text


def lower(value: object) -> str:
    """A word whose capitals do not matter."""
    return bare(value).lower()


def lower_keys(table: Mapping[str, Any]) -> dict[str, Any]:
    """The same table with its settings' names in small letters."""
    return {name.lower(): value for name, value in table.items()}
