"""How a final state is shown: by the first route that works, each tried until it says no."""

from collections.abc import Callable
from datetime import datetime

import discord
import structlog

from bot.domain.errors import CardLost, DiscordAway, MediaFailure
from bot.domain.jobs import CardRef, Job
from bot.domain.views import CardState
from bot.presenter.calls import Calls
from bot.presenter.face import Face, Faces
from bot.presenter.routes import Route, Verdict, edits, posts, verdict
from bot.presenter.tokens import Tokens

log = structlog.stdlib.get_logger()


class Ends:
    """The ladder from the card itself down to a direct message."""

    def __init__(
        self,
        *,
        bot: discord.Client,
        faces: Faces,
        clock: Callable[[], datetime],
        tokens: Tokens,
        calls: Calls,
    ) -> None:
        self._bot = bot
        self._faces = faces
        self._clock = clock
        self._tokens = tokens
        self._calls = calls

    async def show(self, state: CardState, *, upload: Callable[[Face], bool]) -> CardRef:
        """Show it; `upload` says whether the card's attachments have to change for a face.

        Raises:
            CardLost: no route is left.
            DiscordAway: none answered; the same may work later.
            MediaFailure: `media-too-large` when Discord refuses the file's size.
        """
        job, face, private_only, away = state.job, self._face(state), False, False
        for route in self._routes(job):
            if private_only and not route.private:
                continue
            try:
                return await self._calls.persist(route, face, upload=upload(face))
            except Exception as error:  # noqa: BLE001 (judged, logged or raised again)
                kind = self._judge(job, route, error)
                # What somebody deleted is not put back in front of everybody.
                private_only |= kind is Verdict.GONE
                away |= kind is Verdict.AGAIN
        raise DiscordAway("discord-away") if away else CardLost("card-lost")

    def _face(self, state: CardState) -> Face:
        try:
            return self._faces(state)
        except Exception as error:
            log.exception("card.not_rendered", job=state.job.id)
            raise CardLost("card-lost") from error

    def _routes(self, job: Job) -> tuple[Route, ...]:
        token = self._tokens.alive(job)
        return (*edits(self._bot, job, token=token), *posts(self._bot, job, self._clock()))

    def _judge(self, job: Job, route: Route, error: Exception) -> Verdict:
        kind = verdict(error)
        if kind is Verdict.TOO_LARGE:
            raise MediaFailure("media-too-large") from error
        if isinstance(error, MediaFailure):
            raise error
        self._tokens.died(job, error)
        bug = error if kind is Verdict.BUG else None
        log.warning("card.route_failed", job=job.id, route=route.name, kind=kind.name, exc_info=bug)
        return kind
