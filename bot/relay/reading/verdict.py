"""How an answer ended: the one place that weighs videos, errors, words and handles."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from urllib.parse import urljoin

from bot.domain.errors import FailureKind
from bot.domain.events import Completed, Failed, Outcome, Pending
from bot.relay.reading.choice import MAX_VIDEOS, choose
from bot.relay.reading.endings import complaint, excuse, gave_up, parting_words
from bot.relay.reading.failures import is_not_ready, kind_of_error
from bot.relay.reading.files import without
from bot.relay.reading.reasons import reason_of
from bot.relay.reading.story import Story
from bot.relay.reading.tickets import Standing, Ticket
from bot.relay.reading.troubles import status_of, words_in

_OK = range(200, 300)
_REDIRECT = range(300, 400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The circumstances under which an answer ended."""

    status: int
    """Of HTTP."""
    clean: bool
    """Whether the relay said that it has finished, or its one document is whole."""
    overflow: bool
    page: bool
    """Whether it is a web page."""
    words: str
    """What stood outside of any data."""
    asked_for_content: bool
    location: str | None
    """Where a redirect would lead: a host."""
    retry_after: float | None
    base_url: str
    input_urls: Collection[str]


def verdict(story: Story, ending: Ending) -> Outcome:
    """Exactly one outcome. A video that was read beats every word about failure."""
    if ending.status not in _OK:
        return _refused(story, ending)
    text, ticket = story.said.transcript.text, story.ticket
    if completed := _completed(story, ticket, text, ending):
        return completed
    if failed := _failed(story, ticket, text, ending):
        return failed
    return _unnamed(story, text, ending) or _unfinished(story, text, ending)


def _completed(story: Story, ticket: Ticket, text: str, ending: Ending) -> Completed | None:
    waiting = ticket.standing is Standing.WAITING and bool(story.handle)
    # Some relays name the address of a video before it is there.
    videos = () if waiting else without(ticket.files, ending.input_urls)[:MAX_VIDEOS]
    if not (waiting and story.wrote_ticket):
        videos = videos or _in_text(story, text, ending)
    # An answer that says something and names no file is a message, no task with a download route.
    silent = story.wrote_ticket or not text.strip()
    if not videos and not (ticket.fetchable and silent and story.error is None):
        return None
    return _found(story, videos, text, ending)


def _unnamed(story: Story, text: str, ending: Ending) -> Completed | None:
    """A link of which nothing says what it is, when nothing else says how the answer ended."""
    if not ending.clean or story.handle.task_id or story.handle.poll_url:
        return None
    videos = _in_text(story, text, ending, anything=True)
    return _found(story, videos, text, ending) if videos else None


def _found(
    story: Story, videos: tuple[tuple[str, ...], ...], text: str, ending: Ending
) -> Completed:
    groups = [[urljoin(ending.base_url, url) for url in copies] for copies in videos]
    bests = {copies[0] for copies in groups}  # one of them is no copy of another video
    return Completed(
        video_urls=tuple(dict.fromkeys(url for copies in groups for url in copies)),
        copies=tuple(url for copies in groups for url in copies[1:] if url not in bests),
        handle=story.handle,
        text=text,
    )


def _in_text(
    story: Story, text: str, ending: Ending, *, anything: bool = False
) -> tuple[tuple[str, ...], ...]:
    known = partial(
        choose,
        input_urls=ending.input_urls,
        task_id=story.handle.task_id,
        anything=anything,
        gave_up=partial(gave_up, prompt=story.prompt),
    )
    chosen = [known(each) for each in story.answers or story.turns.texts or [text]]
    if story.turns.texts and not any(chosen):
        chosen = [known(text)]
    return tuple({copies[0]: copies for videos in chosen for copies in videos}.values())


def _failed(story: Story, ticket: Ticket, text: str, ending: Ending) -> Failed | None:
    if ending.overflow:
        return _failure(story, FailureKind.UPSTREAM, "", text)
    if story.error is not None:
        kind = kind_of_error(status_of(story.error), words_in(story.error))
        return _failure(story, kind, reason_of(story.error), text)
    if ticket.standing is Standing.FAILED:
        words = words_in(ticket.record)
        kind = kind_of_error(0, words, default=FailureKind.GENERATION_FAILED)
        return _failure(story, kind, reason_of(ticket.record), text)
    if ending.page:
        return _failure(story, FailureKind.NOT_FOUND, "", text)
    return _complained(story, text)


def _complained(story: Story, text: str) -> Failed | None:
    if story.finish == "content_filter":
        return _failure(story, FailureKind.MODERATION, reason_of(text), text)
    broken = story.finish == "error"
    default = FailureKind.UPSTREAM if broken else FailureKind.GENERATION_FAILED
    for told in (text, story.thought.transcript.text):
        if found := complaint(told, prompt=story.prompt, default=default):
            return _failure(story, found.kind, found.reason, text)
    return _failure(story, default, reason_of(text), text) if broken else None


def _unfinished(story: Story, text: str, ending: Ending) -> Outcome:
    cut = None if ending.clean else FailureKind.TRUNCATED
    if story.handle.task_id or story.handle.poll_url:
        ticket = story.ticket
        done = cut is None and ticket.standing is Standing.DONE and ticket.files.promised
        return Pending(handle=story.handle, text=text, kind=cut, done=done)
    if cut is not None:
        return _failure(story, cut, "", text)
    kind = excuse(text, prompt=story.prompt)
    return _failure(story, kind, parting_words(text, story.notes), text)


def _refused(story: Story, ending: Ending) -> Outcome:
    """An answer whose HTTP status is no success: its body only explains it."""
    text = story.said.transcript.text
    error = story.error or story.ticket.record or text or ("" if ending.page else ending.words)
    words = words_in(error)
    if ending.asked_for_content and is_not_ready(words):
        return Pending(handle=story.handle, text=text, kind=FailureKind.NOT_READY)
    if ending.status in _REDIRECT:
        where = f" → {ending.location}" if ending.location else ""
        return _failure(story, FailureKind.UPSTREAM, f"HTTP {ending.status}{where}", text)
    kind = _kind_of_status(ending, error, words)
    reason = reason_of(error) or f"HTTP {ending.status}"
    return _failure(story, kind, reason, text, ending.retry_after)


def _kind_of_status(ending: Ending, error: object, words: str) -> FailureKind:
    kind = kind_of_error(ending.status, words)
    if kind is FailureKind.UPSTREAM and (named := status_of(error)):
        kind = kind_of_error(named, words)
    if kind is FailureKind.UPSTREAM and ending.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return FailureKind.OVERLOADED
    return kind


def _failure(
    story: Story, kind: FailureKind, reason: str, text: str, retry_after: float | None = None
) -> Failed:
    return Failed(kind=kind, reason=reason, handle=story.handle, retry_after=retry_after, text=text)
