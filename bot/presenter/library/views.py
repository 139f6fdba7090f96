"""What a library looks like; within Discord's limits whatever member, relay and operator wrote."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

import discord
from discord import ui

from bot.domain.jobs import Job
from bot.domain.library import Handout, Kept, Page, Part, VideoFile
from bot.domain.models import Catalogue
from bot.generation.originals import MAX_PARTS
from bot.presenter.alt import alt_text
from bot.presenter.answers import AMBER, GREEN, GREY, boxed
from bot.presenter.card import ROW
from bot.presenter.lines import PROMPT_WIDTH
from bot.presenter.outcome import MAX_LINK_BUTTON
from bot.presenter.prose import harmless
from bot.presenter.voice import Voice

ROW_PROMPT_WIDTH = 50
"""Latin letters: two lines beside a button on a phone. Five rows in the worst case of eight
characters for each, with their facts, stay within the 4,000 of a message."""
LABEL_WIDTH = 18

Item: TypeAlias = "ui.Item[Any]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one reader sees it."""

    say: Voice
    models: Catalogue
    jump: Callable[[Job], str]
    """The link to a job's card; empty while none is known."""

    def prompt(self, job: Job, width: int) -> str:
        """What was asked, in bold."""
        return f"**{harmless(job.request.prompt, limit=width) or '…'}**"

    def model(self, job: Job) -> str:
        """The model's name."""
        return harmless(self.models.label(job.request.model), limit=LABEL_WIDTH)

    def card(self, job: Job) -> str:
        """A link to the card."""
        url = self.jump(job)
        return self.say("library-card", url=url) if url else ""

    def until(self, kept: Kept) -> str:
        """When it goes, and what that means."""
        if kept.job.claimable:
            return self.say("library-waiting", count=kept.job.price, at=int(kept.until.timestamp()))
        return self.say.at("library-until", kept.until)


def page_view(
    page: Page, look: Look, *, keep: timedelta, watch: Callable[[Job], Item], turn: Sequence[Item]
) -> ui.LayoutView:
    """A page: one row for each video, a button beside it; `turn` leads to other pages."""
    if not page.items:
        days = round(keep.total_seconds() / 86_400, 1)
        empty = look.say("library-empty", days=days)
        return boxed(GREY, ui.TextDisplay(f"{_title(look)}\n{empty}"))
    count = look.say("library-count", count=page.total)
    where = look.say("library-page", number=page.number, pages=page.pages) if turn else ""
    items: list[Item] = [ui.TextDisplay(f"{_title(look)}\n-# {_dotted(count, where)}")]
    for kept in page.items:
        items += [ui.Separator(), ui.Section(_row(kept, look), accessory=watch(kept.job))]
    if turn:
        items += [ui.Separator(), ui.ActionRow(*turn)]
    waiting = any(kept.job.claimable for kept in page.items)
    return boxed(AMBER if waiting else GREEN, *items)


def private_view(
    handout: Handout, look: Look, *, buttons: Sequence[Item], parts: "Item | None" = None
) -> ui.LayoutView:
    """One video for its owner alone, who has asked to see it: never behind a spoiler.

    `parts` is the button that gives what does not fit in parts, where that is worth a try.
    """
    kept, say = handout.kept, look.say
    facts = (*_request(kept.job, look), say.at("library-made", kept.made_at), look.card(kept.job))
    end = f"-# {_dotted(say('size', size=kept.size), *_end(handout, look))}"
    large = _too_large(handout, say, _offer_of_parts(handout, say, parts))
    first = [*_link_button(handout, say), *([parts] if parts else [])]
    text = [*large, end]
    return _video_view(handout, look, facts=facts, foot=text, rows=(first, buttons), hidden=False)


def shared_view(handout: Handout, look: Look, *, buttons: Sequence[Item]) -> ui.LayoutView:
    """One video for others, its owner named; also for the owner's direct messages."""
    job = handout.kept.job
    made = look.say.at("library-made", handout.kept.made_at)
    facts = (f"<@{job.user_id}>", *_request(job, look), made)
    text, link = _too_large(handout, look.say), _link_button(handout, look.say)
    hidden = handout.kept.hidden
    return _video_view(handout, look, facts=facts, foot=text, rows=(link, buttons), hidden=hidden)


def question_view(kept: Kept, look: Look, *, buttons: Sequence[Item]) -> ui.LayoutView:
    """Asks before a video goes for good."""
    title, cost = look.say("library-delete-title"), look.say("library-delete-cost")
    text = f"**{title}**\n{look.prompt(kept.job, PROMPT_WIDTH)}\n{cost}"
    return boxed(AMBER, ui.TextDisplay(text), ui.ActionRow(*buttons))


def note_view(text: str, *, done: bool) -> ui.LayoutView:
    """One sentence of ours about what is being done, or is done."""
    return boxed(GREEN if done else GREY, ui.TextDisplay(text))


def _video_view(
    handout: Handout,
    look: Look,
    *,
    facts: Sequence[str],
    foot: Sequence[str],
    rows: tuple[Sequence[Item], Sequence[Item]],
    hidden: bool,
) -> ui.LayoutView:
    job = handout.kept.job
    head = f"{look.prompt(job, PROMPT_WIDTH)}\n-# {_dotted(*facts)}"
    items: list[Item] = [ui.TextDisplay(head)]
    if handout.files:
        items.append(_gallery(handout, look.say, hidden=hidden))
    if foot:
        items.append(ui.TextDisplay("\n".join(foot)))
    items += [ui.ActionRow(*row) for row in _joined(*rows)]
    return boxed(AMBER if handout.empty else GREEN, *items)


def _joined(first: Sequence[Item], second: Sequence[Item]) -> Sequence[Sequence[Item]]:
    """Both in one row where it has room for them."""
    together = [*first, *second]
    return [together] if len(together) <= ROW else [first, second]


def _title(look: Look) -> str:
    return f"### {look.say('library-title')}"


def _row(kept: Kept, look: Look) -> str:
    job, say = kept.job, look.say
    several = say("library-several", count=len(kept.files)) if len(kept.files) > 1 else ""
    made, size = say.at("library-made", kept.made_at), say("size", size=kept.size)
    return "\n".join(
        [
            look.prompt(job, ROW_PROMPT_WIDTH),
            f"-# {_dotted(look.model(job), several, size, made)}",
            f"-# {_dotted(look.until(kept), look.card(job))}",
        ]
    )


def _request(job: Job, look: Look) -> tuple[str, ...]:
    request = job.request
    seconds = look.say("card-seconds", count=request.seconds) if request.seconds else ""
    return (look.model(job), harmless(request.ratio or "", limit=LABEL_WIDTH), seconds)


def _end(handout: Handout, look: Look) -> tuple[str, ...]:
    """When it goes; what waited for its owner does so no more once they have it."""
    kept = handout.kept
    if handout.empty or not kept.job.claimable:
        return (look.until(kept),)
    used = look.say("card-used", count=kept.job.price) if kept.job.price else ""
    return (used, look.say.at("library-until", kept.until))


def part_view(parts: Sequence[Part], kept: Kept, say: Voice) -> ui.LayoutView:
    """Some parts of a video, to be watched one after the other."""
    number = parts[0].video.number
    title = f"{say('alt-video', number=number)} · " if len(kept.files) > 1 else ""
    gallery: Item = ui.MediaGallery(
        *(
            discord.MediaGalleryItem(
                f"attachment://{part.name}", description=alt_of_part(kept, part, say)
            )
            for part in parts
        )
    )
    return boxed(GREY, ui.TextDisplay(f"{title}{which_parts(parts, say)}"), gallery)


def parts_end_view(text: str, handout: Handout, say: Voice) -> ui.LayoutView:
    """Why not all parts came, and where the video is all the same."""
    name = handout.left_out[0].path.stem if handout.left_out else ""
    where = _named_link(handout, say) if handout.url else [say("library-no-link", name=name)]
    items: list[Item] = [ui.TextDisplay("\n".join([text, *where]))]
    if link := _link_button(handout, say):
        items.append(ui.ActionRow(*link))
    return boxed(AMBER, *items)


def alt_of_part(kept: Kept, part: Part, say: Voice) -> str | None:
    """What a part shows, in words."""
    return alt_text(kept.job.request.prompt, which_parts([part], say))


def which_parts(
    parts: Sequence[Part],
    say: Voice,
    *,
    one: str = "library-part-of",
    several: str = "library-parts-of",
) -> str:
    """Which parts they are, in one of two sentences."""
    first, last = parts[0], parts[-1]
    if first is last:
        return say(one, number=first.number, of=first.of)
    return say(several, first=first.number, last=last.number, of=first.of)


def _offer_of_parts(handout: Handout, say: Voice, parts: "Item | None") -> str:
    """Nothing is said of parts where Discord takes less than it said: nobody knows how much."""
    if parts:
        return say("library-parts")
    return say("library-parts-many", most=MAX_PARTS) if handout.limit else ""


def _gallery(handout: Handout, say: Voice, *, hidden: bool) -> Item:
    return ui.MediaGallery(
        *(
            discord.MediaGalleryItem(
                f"attachment://{file.path.name}",
                description=alt_of(handout.kept, file, say),
                spoiler=hidden,
            )
            for file in handout.files
        )
    )


def alt_of(kept: Kept, file: VideoFile, say: Voice) -> str | None:
    """What a video shows, in words: on its file and where it is shown."""
    which = say("alt-video", number=file.number) if len(kept.files) > 1 else ""
    return alt_text(kept.job.request.prompt, which)


def _too_large(handout: Handout, say: Voice, offer: str = "") -> list[str]:
    """What cannot be attached, and where it is instead; `offer` is what its owner may do."""
    if not handout.left_out:
        return []
    first, count = handout.left_out[0], len(handout.left_out)
    key = "library-copy" if handout.copied else "library-too-large"
    why = say(key, count=count, size=first.size, limit=handout.limit)
    told = [offer] if offer else []
    if handout.url:
        return [f"{why} {say('library-link')}", *told, *_named_link(handout, say)]
    lost = [] if handout.copied else [say("library-no-link", name=first.path.stem)]
    return [why, *told, *lost]


def _named_link(handout: Handout, say: Voice) -> list[str]:
    """The link where there is no button for it, and when it ends."""
    named = (
        [say("card-link", url=handout.url, number=0)] if len(handout.url) > MAX_LINK_BUTTON else []
    )
    ends = say.at("library-link-ends", handout.expires_at) or say("library-link-open")
    return [*named, f"-# {ends}"]


def _link_button(handout: Handout, say: Voice) -> Sequence[Item]:
    if not 0 < len(handout.url) <= MAX_LINK_BUTTON:
        return ()
    style, label = discord.ButtonStyle.link, say("button-open", number=0)
    return (ui.Button(style=style, url=handout.url, label=label),)


def _dotted(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
