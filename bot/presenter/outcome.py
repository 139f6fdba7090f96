"""What came of a job that has videos, in words and links: how many, how large, and where."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.jobs import MAX_VIDEOS
from bot.domain.views import CardState, Clip, Delivery, DeliveryForm, Treatment
from bot.presenter.prose import web_link
from bot.presenter.voice import Voice

MAX_LINK = 1200
"""Characters of all links in the text; the signed links of relays are shorter."""
MAX_LINK_BUTTON = 512
"""Discord's limit for the link of a button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The relay's own address of a video that is not attached."""

    url: str
    """Empty when it is no web link."""
    number: int
    """Which of the videos; 0 when there is one only."""

    @property
    def on_button(self) -> bool:
        """Whether a button can hold it."""
        return 0 < len(self.url) <= MAX_LINK_BUTTON


def links(state: CardState) -> list[Link]:
    """Where the videos are that are not attached."""
    several = len(state.deliveries) > 1
    return [
        Link(url=web_link(each.url or ""), number=each.number if several else 0)
        for each in state.deliveries
        if each.linked
    ]


def measures(state: CardState, say: Voice) -> tuple[str, ...]:
    """How many videos there are, and what is true of all of them."""
    clips = [each.clip for each in state.deliveries]
    if not clips:
        return ()
    count = (say("card-videos", count=len(clips)),) if len(clips) > 1 else ()
    size = say("size", size=sum(clip.size for clip in clips))
    return (*count, *_frame(clips), *_length(state, clips, say), size)


def notes(state: CardState, say: Voice) -> str:
    """What of the answer is not on the card, and where it is."""
    return "\n".join(line for part in _NOTES for line in part(state, say))


def link_end(state: CardState, say: Voice) -> str:
    """When the first link ends, as far as the links say."""
    linked = [each for each in state.deliveries if each.linked]
    ends = [each.expires_at for each in linked if each.expires_at]
    if not ends:
        return say("card-link-open", count=len(linked)) if linked else ""
    return say.at("card-link-ends" if len(linked) == 1 else "card-links-end", min(ends))


def _in_form(state: CardState, form: DeliveryForm) -> list[Delivery]:
    return [each for each in state.deliveries if each.form is form]


def _frame(clips: list[Clip]) -> tuple[str, ...]:
    frames = {f"{clip.width} × {clip.height}" for clip in clips}
    return tuple(frames) if len(frames) == 1 else ()


def _length(state: CardState, clips: list[Clip], say: Voice) -> tuple[str, ...]:
    asked = state.job.request.seconds
    if asked is not None and all(abs(clip.seconds - asked) < 1 for clip in clips):
        return ()  # line 2 has it already
    lengths = {round(clip.seconds, 1) for clip in clips}
    return (say("card-seconds", count=lengths.pop()),) if len(lengths) == 1 else ()


def _missing(state: CardState, say: Voice) -> Iterator[str]:
    have, tried = len(state.deliveries), min(len(state.job.videos), MAX_VIDEOS)
    if 0 < have < tried:
        yield say("card-fetched", count=have, of=tried)


def _beyond(state: CardState, say: Voice) -> Iterator[str]:
    if state.deliveries and (made := len(state.job.videos)) > MAX_VIDEOS:
        yield say("card-beyond", count=made, limit=MAX_VIDEOS)


def _below(state: CardState, say: Voice) -> Iterator[str]:
    if further := _in_form(state, DeliveryForm.FURTHER):
        yield say("card-below", count=len(further))


def _linked(state: CardState, say: Voice) -> Iterator[str]:
    if linked := _in_form(state, DeliveryForm.LINKED):
        yield say("card-too-large", count=len(linked), of=len(state.deliveries))


def _treated(state: CardState, say: Voice) -> Iterator[str]:
    """What is not as the relay made it, and where the relay's own files are."""
    treated = [each for each in state.deliveries if each.treatment in _TREATED]
    if not treated:
        return
    said = _of_one if len(state.deliveries) == 1 else _of_several
    where = "card-original" if treated[0].kept else "card-original-linked"
    yield " ".join([*said(state.deliveries, say), say(where, count=len(treated))])


def _of_one(deliveries: Sequence[Delivery], say: Voice) -> Iterator[str]:
    (one,) = deliveries
    original = one.original or one.clip
    if one.treatment is Treatment.CONVERTED:
        yield say("card-converted", count=1, of=1)
    elif one.treatment is Treatment.SHRUNK:
        yield say("card-shrunk", size=original.size, limit=one.limit)
    else:
        shown, whole = (_duration(clip, say) for clip in (one.clip, original))
        yield say("card-preview", shown=shown, whole=whole, size=original.size)


def _of_several(deliveries: Sequence[Delivery], say: Voice) -> Iterator[str]:
    for treatment, key in _TREATED.items():
        if count := sum(each.treatment is treatment for each in deliveries):
            yield say(key, count=count, of=len(deliveries))


def _duration(clip: Clip, say: Voice) -> str:
    return say.duration(timedelta(seconds=clip.seconds))


def _named_links(state: CardState, say: Voice) -> Iterator[str]:
    """The links for which there is no button, as far as they are short enough."""
    room, hidden = MAX_LINK, 0
    for link in (link for link in links(state) if not link.on_button):
        if 0 < len(link.url) <= room:
            room -= len(link.url)
            yield say("card-link", url=link.url, number=link.number)
        else:
            hidden += 1
    if hidden:
        yield say("card-link-hidden", count=hidden)


_TREATED: Mapping[Treatment, str] = {
    Treatment.CONVERTED: "card-converted",
    Treatment.SHRUNK: "card-shrunk-several",
    Treatment.PREVIEW: "card-preview-several",
}
"""What members are told of; a better container for the same streams is not among it."""
_NOTES: tuple[Callable[[CardState, Voice], Iterator[str]], ...] = (
    _missing,
    _beyond,
    _below,
    _linked,
    _treated,
    _named_links,
)
