"""Requests that Discord refuses: ten thousand in ten minutes, and it shuts the whole address out.

They are counted where aiohttp sees them, so that what discord.py tries again in silence counts
too. What other processes behind the same address do cannot be seen from here.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from types import SimpleNamespace

import aiohttp
import discord
import structlog
from discord.http import Route

log = structlog.stdlib.get_logger()

WINDOW = timedelta(minutes=10)
_COUNTED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Refused requests in ten minutes, far from where Discord acts."""

    progress: int = 1_000
    """From here on cards show their ends only."""
    everything: int = 5_000
    """From here on nothing is sent but first answers."""


class InvalidRequests:
    """Counts them, says what may still be asked, and lets go by itself as time passes."""

    def __init__(self, clock: Callable[[], datetime], bounds: Bounds | None = None) -> None:
        self._clock = clock
        self._bounds = bounds or Bounds()
        self._refused: deque[datetime] = deque(maxlen=self._bounds.everything)
        self._told = "calm"

    def progress_allowed(self) -> bool:
        """Whether cards may show what is not their end."""
        return self._mood() == "calm"

    def note(self, status: int, *, shared: bool = False) -> None:
        """One answer; 429s whose bound is shared with others do not count."""
        if status in _COUNTED and not shared:
            self._refused.append(self._clock())
            self._mood()

    def check(self, url: str) -> None:
        """Let a request pass, or not.

        Raises:
            discord.RateLimited: only first answers may be sent now, and this is none.
        """
        if not url.startswith(Route.BASE) or url.startswith(f"{Route.BASE}/interactions/"):
            return
        if self._mood() == "spent":
            wait = self._refused[0] + WINDOW - self._clock()
            raise discord.RateLimited(wait.total_seconds())

    def trace(self) -> aiohttp.TraceConfig:
        """What the client's HTTP session is given, so that nothing goes past this."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(self._starts)
        config.on_request_end.append(self._ends)
        return config

    async def _starts(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        asked: aiohttp.TraceRequestStartParams,
    ) -> None:
        self.check(str(asked.url))

    async def _ends(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        answered: aiohttp.TraceRequestEndParams,
    ) -> None:
        if str(answered.url).startswith(Route.BASE):
            scope = answered.response.headers.get("X-RateLimit-Scope")
            self.note(answered.response.status, shared=scope == "shared")

    def _mood(self) -> str:
        """What is left of the bound: `calm`, `tight` or `spent`; each change is logged once."""
        oldest = self._clock() - WINDOW
        while self._refused and self._refused[0] <= oldest:
            self._refused.popleft()
        refused = len(self._refused)
        mood = "tight" if refused >= self._bounds.progress else "calm"
        mood = "spent" if refused >= self._bounds.everything else mood
        if mood != self._told:
            log.warning("discord.refusals", mood=mood, refused=refused)
            self._told = mood
        return mood
