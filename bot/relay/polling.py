"""Ask for a task until it is over: the right place, a growing pause, and patience with trouble."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import replace

import structlog

from bot.domain.errors import FailureKind
from bot.domain.events import Accepted, Completed, Event, Failed, Outcome, Pending, Progress
from bot.domain.jobs import Handle
from bot.relay.asking import Asking, Reply
from bot.relay.places import Place, absolute, content_url, places
from bot.relay.worth import Worth

log = structlog.get_logger()

MAX_SILENT = 10
"""Rounds in a row without one good answer; then the task counts as lost."""
MAX_UNKNOWN = 3
"""Rounds in which every place says that it does not know the task: some learn of it late."""
MAX_EMPTY = 5
"""Answers that a task is done but leave its address empty; then its file is asked for itself."""
_EVERYWHERE = frozenset({0, 429})
"""No HTTP answer at all, or too many questions: true of all places of a relay."""
_CUT = frozenset({FailureKind.TIMEOUT, FailureKind.TRUNCATED})
"""Failures behind which a task may go on."""
_GROWTH = 1.2
_MAX_PAUSE = 30.0
_MAX_ASKED_PAUSE = 120.0
_JITTER = 0.1


def _chance() -> float:
    return secrets.randbelow(1000) / 1000


class Pace:
    """How long to wait before the next question, in seconds."""

    def __init__(self, seconds: float, *, chance: Callable[[], float] = _chance) -> None:
        """Take the first pause; `chance` gives a number from 0 to 1 that spreads the pauses."""
        self._pause = seconds
        self._most = max(seconds, _MAX_PAUSE)
        self._chance = chance

    def pause(self, retry_after: float | None = None) -> float:
        """The next pause, a little longer each time; never shorter than a relay asked for."""
        spread = 1 + _JITTER * (2 * self._chance() - 1)
        pause, self._pause = self._pause * spread, min(self._pause * _GROWTH, self._most)
        return max(pause, min(retry_after or 0, _MAX_ASKED_PAUSE))


def leaves_task(ended: Outcome) -> bool:
    """Whether a task is left to be asked for, behind an answer that ended so."""
    known = ended.handle.task_id or ended.handle.poll_url
    if isinstance(ended, Failed):
        return bool(known) and ended.kind in _CUT
    return isinstance(ended, Pending)


def lost_as(ended: Outcome) -> Failed:
    """How it ends when no place knows the task."""
    if isinstance(ended, Failed):
        return ended
    kind = ended.kind if isinstance(ended, Pending) else None
    return Failed(kind=kind or FailureKind.TRUNCATED, handle=ended.handle)


class Polling:
    """One task, asked for until its end."""

    def __init__(
        self,
        handle: Handle,
        *,
        base_url: str,
        asking: Asking,
        pace: Pace,
        lost: Failed,
        done: bool = False,
        progress: Progress | None = None,
    ) -> None:
        """Take what is known of the task.

        `lost` is the end when no place knows it; `progress` was told before and is not told again.
        Of a task that is `done` the file is asked for then, as it may lie at the content route.
        """
        self._handle = handle
        self._base_url = base_url
        self._asking = asking
        self._pace = pace
        self._lost = lost
        self._progress = progress or Progress(percent=None)
        self._places: Sequence[Place] = places(handle, base_url)
        self._found = False
        self._silent = 0
        self._unknown = 0
        self._done = done
        self._empty = 0

    async def events(self) -> AsyncGenerator[Event, None]:
        """`Accepted` and `Progress` on change, then exactly one `Completed` or `Failed`.

        A limit in time is the caller's: a task may go on for as long as its relay says so.
        """
        outcome: Completed | Failed | None = None if self._places else self._lost
        while outcome is None:
            place, reply = await self._round()
            for event in self._news(place, reply):
                yield event
            if (outcome := self._end(place, reply)) is None:
                await asyncio.sleep(self._pace.pause(reply.retry_after))
        yield replace(outcome, handle=self._handle)

    async def _round(self) -> tuple[Place, Reply]:
        """Ask the places in turn until one knows the task; the answer that tells most."""
        told = self._places[0], await self._asking(self._places[0])
        for place in self._places[1:]:
            if self._settles(*told):
                break
            reply = await self._asking(place)
            if reply.worth is not Worth.ELSEWHERE or told[1].worth is Worth.ELSEWHERE:
                told = place, reply
        return told

    def _settles(self, place: Place, reply: Reply) -> bool:
        """Whether the other places need not be asked, or must be spared."""
        if reply.worth is Worth.PASSING:
            return reply.status in _EVERYWHERE and self._asking.is_own(place)
        if reply.worth is Worth.EMPTY and reply.outcome.handle.task_id is None:
            return self._found  # "success" and nothing else may be about the question
        return reply.worth is not Worth.ELSEWHERE

    def _news(self, place: Place, reply: Reply) -> Iterator[Event]:
        if reply.worth in (Worth.ELSEWHERE, Worth.PASSING):
            return
        handle = self._merged(place, reply)
        if handle != self._handle:
            self._handle = handle
            yield Accepted(handle=handle)
        for event in reply.events:
            if isinstance(event, Progress) and (moved := self._moved(event)) != self._progress:
                self._progress = moved
                yield moved

    def _merged(self, place: Place, reply: Reply) -> Handle:
        """The handle with what the answer adds; the place that answered is worth remembering."""
        known, new = self._handle, reply.outcome.handle
        url = known.poll_url
        failed = reply.worth is Worth.FINAL and isinstance(reply.outcome, Failed)
        if not failed and absolute(url, self._base_url) != place.url:
            url = place.url
        return Handle(
            task_id=known.task_id or new.task_id,
            poll_url=url,
            remix_id=known.remix_id or new.remix_id,
            media_id=known.media_id or new.media_id,
        )

    def _moved(self, told: Progress) -> Progress:
        """What an answer leaves unsaid stays as it was."""
        known = self._progress
        percent = known.percent if told.percent is None else told.percent
        return Progress(percent=percent, note=told.note or known.note)

    def _end(self, place: Place, reply: Reply) -> Completed | Failed | None:
        match reply.worth, reply.outcome:
            case Worth.FINAL, Completed() as completed:
                return self._with_file(place, completed)
            case Worth.FINAL, Failed() as failed:
                return failed
            case Worth.GOING, _:
                self._settle_on(place)
                return None
            case Worth.EMPTY, _:
                self._settle_on(place)
                return self._emptied(place)
            case _:
                return self._missed(place, reply)

    def _emptied(self, place: Place) -> Completed | Failed | None:
        self._empty += 1
        if self._empty < MAX_EMPTY:
            return None
        return self._unnamed(place)

    def _unnamed(self, place: Place) -> Completed | Failed:
        """The end of a task that is done and whose file nobody names."""
        if self._handle.task_id is None:
            return Failed(kind=FailureKind.NO_RESULT)
        return self._with_file(place, Completed(video_urls=(), handle=self._handle))

    def _with_file(self, place: Place, completed: Completed) -> Completed:
        task_id = self._handle.task_id
        if completed.video_urls or task_id is None:
            return completed
        asked = place.url if self._asking.is_own(place) else None
        return replace(completed, video_urls=(content_url(task_id, self._base_url, asked),))

    def _settle_on(self, place: Place) -> None:
        if not self._found:
            log.info("relay.place_found", place=place.name, own=self._asking.is_own(place))
        self._found, self._places, self._silent = True, (place,), 0

    def _missed(self, place: Place, reply: Reply) -> Completed | Failed | None:
        unknown = reply.worth is Worth.ELSEWHERE
        if unknown and not self._found:
            self._unknown += 1
        else:
            self._silent += 1
        if self._silent < MAX_SILENT and self._unknown < MAX_UNKNOWN:
            return None
        if self._done:
            return self._unnamed(place)
        told = None if unknown else reply.failure
        lost = replace(self._lost, kind=told.kind, reason=told.reason) if told else self._lost
        log.warning("relay.task_lost", kind=lost.kind.value, unknown=unknown)
        return lost
