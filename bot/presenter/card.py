"""A job's state as the message that shows it: the same five lines in every state."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import discord
from discord import ui

from bot.domain.jobs import Job, JobStatus, video_name
from bot.domain.models import Catalogue
from bot.domain.views import CardState, Delivery, DeliveryForm
from bot.presenter import lines, outcome
from bot.presenter.alt import alt_text
from bot.presenter.voice import Voice
from bot.text import Texts

ROW = 5
"""Buttons beside each other."""

_STEMS = ("input", "last")
"""Names of the copies of the first and of the last frame."""

Item: TypeAlias = "ui.Item[Any]"
Buttons: TypeAlias = "Callable[[CardState], Sequence[Item]]"
"""The buttons of a state, at most four."""

COLOURS: Mapping[JobStatus, int] = {
    JobStatus.QUEUED: 0x80848E,
    JobStatus.RUNNING: 0x5865F2,
    JobStatus.DELIVERING: 0x00A8FC,
    JobStatus.DELIVERED: 0x23A55A,
    JobStatus.FAILED: 0xF23F43,
    JobStatus.CANCELLED: 0x4E5058,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFile:
    """A file that the card refers to as `attachment://<name>` and so must have attached."""

    name: str
    """Plain ASCII, made of the job's id and a number alone."""
    path: Path
    alt: str | None
    """What it shows, in words; on the file and on the component that shows it."""
    hidden: bool
    """Whether it is shown behind a spoiler."""


def card_files(state: CardState, *, texts: Texts) -> tuple[CardFile, ...]:
    """What must be attached to the message for `card_view` of the same state."""
    say = Voice(texts, state.job.locale)
    return (*_videos(state, DeliveryForm.ATTACHED, say), *_pictures(state, say))


def further_files(state: CardState, *, texts: Texts) -> tuple[CardFile, ...]:
    """The same for `further_view`."""
    return _videos(state, DeliveryForm.FURTHER, Voice(texts, state.job.locale))


def card_view(
    state: CardState, *, texts: Texts, models: Catalogue, buttons: Buttons
) -> ui.LayoutView:
    """The card of a state; within Discord's limits whatever member, relay and operator wrote."""
    say = Voice(texts, state.job.locale)
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=COLOURS[state.job.status])
    for item in (_header(state, say, models), ui.Separator[Any](), *_body(state, say)):
        box.add_item(item)
    for row in _rows(_link_buttons(state, say), buttons(state)):
        box.add_item(ui.ActionRow(*row))
    return ui.LayoutView(timeout=None).add_item(box)


def further_view(state: CardState, *, texts: Texts) -> ui.LayoutView:
    """The second message: the videos for which the card has no room."""
    say = Voice(texts, state.job.locale)
    files = further_files(state, texts=texts)
    text = say("card-rest", count=len(files), of=len(state.deliveries))
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=COLOURS[state.job.status])
    box.add_item(ui.TextDisplay(text)).add_item(_gallery(files))
    return ui.LayoutView(timeout=None).add_item(box)


def _header(state: CardState, say: Voice, models: Catalogue) -> Item:
    """Lines 1 and 2, the reference image beside them."""
    text = f"{lines.prompt_line(state)}\n{lines.facts_line(state, say, models)}"
    return _beside(text, _pictures(state, say)[:1])


def _beside(text: str, picture: Sequence[CardFile]) -> Item:
    """A text with a small picture to its right, if there is one."""
    for file in picture:
        thumbnail: Item = ui.Thumbnail(
            f"attachment://{file.name}", description=file.alt, spoiler=file.hidden
        )
        return ui.Section(text, accessory=thumbnail)
    return ui.TextDisplay(text)


def _body(state: CardState, say: Voice) -> Sequence[Item]:
    """Lines 3 to 5; the videos take the place of the bar, and of the last frame, that led there."""
    videos = _videos(state, DeliveryForm.ATTACHED, say)
    head, *rest = (part(state, say) for part in (lines.headline, lines.detail, lines.times))
    foot = "\n".join(line for line in rest if line)
    if not videos:
        text = f"{head}\n{foot}" if foot else head
        return (_beside(text, _pictures(state, say)[1:]),)
    return (ui.TextDisplay(head), _gallery(videos), *((ui.TextDisplay[Any](foot),) if foot else ()))


def _gallery(videos: Sequence[CardFile]) -> Item:
    return ui.MediaGallery(
        *(
            discord.MediaGalleryItem(
                f"attachment://{each.name}", description=each.alt, spoiler=each.hidden
            )
            for each in videos
        )
    )


def _link_buttons(state: CardState, say: Voice) -> Sequence[Item]:
    return [
        ui.Button(
            style=discord.ButtonStyle.link,
            url=link.url,
            label=say("button-open", number=link.number),
        )
        for link in outcome.links(state)
        if link.on_button
    ]


def _rows(links: Sequence[Item], own: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """All in one row, as long as they have room there."""
    groups = [[*links, *own]] if len(links) + len(own) <= ROW else [links, own]
    for group in groups:
        yield from (group[at : at + ROW] for at in range(0, len(group), ROW))


def _videos(state: CardState, form: DeliveryForm, say: Voice) -> tuple[CardFile, ...]:
    return tuple(_file(state, each, say) for each in state.deliveries if each.form is form)


def _file(state: CardState, delivery: Delivery, say: Voice) -> CardFile:
    job, number, several = state.job, delivery.number, len(state.deliveries) > 1
    return CardFile(
        name=video_name(job.id, number),
        path=delivery.clip.path,
        alt=alt_text(job.request.prompt, say("alt-video", number=number) if several else ""),
        hidden=job.hidden,
    )


def _pictures(state: CardState, say: Voice) -> tuple[CardFile, ...]:
    """The reference images that are shown: both ends of a video, until it is there itself."""
    there = any(each.form is DeliveryForm.ATTACHED for each in state.deliveries)
    shown = state.pictures[: 1 if there else len(_STEMS)]
    return tuple(_picture(state.job, number, path, say) for number, path in enumerate(shown))


def _picture(job: Job, number: int, path: Path, say: Voice) -> CardFile:
    suffix = path.suffix.lower()
    known = suffix if suffix in (".jpg", ".jpeg", ".png", ".webp") else ".jpg"
    return CardFile(
        name=f"{picture_stem(job, number)}{known}",
        path=path,
        alt=alt_text(job.request.prompt, say("card-last-frame" if number else "card-image")),
        hidden=job.hidden,
    )


def picture_stem(job: Job, number: int) -> str:
    """How the name of the card's copy of a reference image begins."""
    return f"{_STEMS[number]}-{job.id}"
