"""One answer being read from its connection: events as they come, then how it ended."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import httpx

from bot.domain.errors import FailureKind
from bot.domain.events import Completed, Event, Failed, Outcome, Pending
from bot.relay.decoding import decoded
from bot.relay.reading.reader import Reader
from bot.relay.reading.tickets import Ticket


class Listening:
    """Reads a response to its end, to the relay's own end mark, or until it breaks."""

    def __init__(self, response: httpx.Response, reader: Reader) -> None:
        self._response = response
        self._reader = reader
        self._broken: Exception | None = None

    @property
    def ticket(self) -> Ticket:
        """What the answer says of its task so far."""
        return self._reader.ticket

    async def events(self) -> AsyncGenerator[Event, None]:
        """Everything but the outcome."""
        async with aclosing(decoded(self._response)) as pieces:
            while (piece := await self._next(pieces)) is not None:
                for event in self._reader.feed(piece):
                    yield event
        for event in self._reader.rest():
            yield event

    def outcome(self) -> Outcome:
        """How it ended, once `events` is exhausted."""
        outcome = self._reader.close(cut=self._broken is not None)
        if self._broken is None or isinstance(outcome, Completed):
            return outcome
        if outcome.kind is FailureKind.TRUNCATED:
            return _ended_as(outcome, kind_of_break(self._broken))
        return outcome

    async def _next(self, pieces: AsyncGenerator[bytes, None]) -> bytes | None:
        if self._reader.finished:
            return None
        try:
            return await anext(pieces, None)
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            self._broken = error
            return None


def kind_of_break(error: Exception) -> FailureKind:
    """What a broken connection means for the member."""
    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return FailureKind.UPSTREAM
        case httpx.TimeoutException():
            return FailureKind.TIMEOUT
        case httpx.NetworkError() | httpx.RemoteProtocolError() | OSError():
            return FailureKind.TRUNCATED
        case _:
            return FailureKind.UPSTREAM


def _ended_as(outcome: Pending | Failed, kind: FailureKind) -> Outcome:
    return replace(outcome, kind=kind)
