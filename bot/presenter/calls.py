"""Calls to Discord that show something: each under its own timeout, again where that helps."""

import asyncio
from collections.abc import Mapping

import discord

from bot.domain.errors import MediaFailure
from bot.domain.jobs import CardRef
from bot.presenter.face import Face
from bot.presenter.pace import Pace
from bot.presenter.routes import MIB, Route, Verdict, verdict

LONGEST_WAIT = 30.0
"""The most that an end waits because Discord named a time; then the next route is tried."""


class Calls:
    """Shows faces by routes."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    async def once(
        self, route: Route, face: Face, *, upload: bool
    ) -> tuple[discord.Message, CardRef]:
        """One call, whose time is scaled by what it uploads; whatever goes wrong is raised."""
        mib = face.size() / MIB if upload else 0
        async with asyncio.timeout(self._pace.call + self._pace.per_mib * mib):
            return await route.show(face, upload=upload)

    async def persist(self, route: Route, face: Face, *, upload: bool) -> CardRef:
        """The same, tried again while Discord is unwell and where twice shows it once.

        Raises:
            MediaFailure: `media-too-large`, for what the route is known not to take.
        """
        import stamina  # noqa: PLC0415 - see `load_what_jobs_need`

        if route.limit is not None and face.largest() > route.limit:
            raise MediaFailure("media-too-large")
        async for attempt in stamina.retry_context(
            on=_again,
            attempts=self._pace.attempts if route.repeatable else 1,
            timeout=None,
            wait_initial=self._pace.wait,
            wait_jitter=self._pace.wait / 4,
        ):
            with attempt:
                _, ref = await self.once(route, face, upload=upload)
                return ref
        raise AssertionError("the last attempt returns or raises")  # for the type checker


def _again(error: Exception) -> bool | float:
    """Whether to try again; after how many seconds, where Discord says it."""
    if verdict(error) is not Verdict.AGAIN:
        return False
    if not isinstance(error, discord.HTTPException):
        return True
    named = _seconds(error.response.headers)
    return True if named is None else named <= LONGEST_WAIT and named


def _seconds(headers: Mapping[str, str]) -> float | None:
    try:
        return max(float(headers["Retry-After"]), 0.05)
    except (KeyError, ValueError):
        return None  # none, or a date, as a proxy on the way may write it
