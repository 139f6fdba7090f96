"""One job whose relay is done, and whoever brings its videos: real files, a real database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import discord

from bot.delivery import Fitter, VideoFetcher
from bot.domain.jobs import Job, JobStatus
from bot.domain.ledger import Limits
from bot.domain.models import Catalogue, VideoModel
from bot.domain.requests import Order
from bot.domain.views import CardState
from bot.generation.board import Board
from bot.generation.deliver import Deliver
from bot.generation.earlier import EarlierVideos
from bot.generation.turns import Turns
from bot.net import MediaClient
from bot.telemetry import Metrics
from storage.database import Database
from storage.jobs import Jobs
from storage.ledger import Ledger
from tests.net.loopback import Host
from tests.presenter_live.stage import Stage


class Errand:
    """One job whose relay is done, and whoever delivers it."""

    def __init__(self, stage: Stage, database: Database, media: MediaClient) -> None:
        self._stage = stage
        clock = discord.utils.utcnow
        self.turns = Turns(1, 3600.0)
        self.jobs = Jobs(database, clock)
        self._ledger = Ledger(database, clock, Limits())
        self._deliver = Deliver(
            jobs=self.jobs,
            ledger=self._ledger,
            cards=stage.editor,
            earlier=EarlierVideos(
                jobs=self.jobs, catalogue=Catalogue([VideoModel(id="m", label="M")])
            ),
            fetcher=VideoFetcher(media, stage.folder / "videos"),
            fitter=Fitter(),
            turns=self.turns,
            keeps=True,
            clock=clock,
            metrics=Metrics(),
        )

    async def job(self, videos: Sequence[Sequence[str]], *, limit: int | None = None) -> Job:
        """In `delivering`, with the links to these videos, to where files have `limit` bytes."""
        asked = self._stage.state.job
        assert asked.card is not None
        order = Order(
            interaction_id=asked.interaction_id,
            request=asked.request,
            requester=asked.requester(),
            channel_id=asked.channel_id,
        )
        await self._ledger.admit(order, job_id=asked.id, price=1)
        card = replace(asked.card, size_limit=limit or asked.card.size_limit)
        await self.jobs.place_card(asked.id, card)
        claimed = await self.jobs.claim("worker")
        assert claimed is not None
        delivering = await self.jobs.delivering(claimed, videos)
        assert delivering is not None
        return delivering

    async def bring(self, job: Job) -> None:
        await self._deliver.again(job, Board(self._stage.editor, CardState(job=job)))

    def files(self) -> list[Path]:
        """All that lies in the folder of videos."""
        return sorted((self._stage.folder / "videos").iterdir())

    async def status(self, job: Job) -> JobStatus:
        found = await self.jobs.get(job.id)
        assert found is not None
        return found.status


@asynccontextmanager
async def an_errand(stage: Stage, host: Host) -> AsyncIterator[Errand]:
    database = await Database.open(f"sqlite:///{stage.folder}/clapper.db")
    async with MediaClient(
        allowed_origins=[host.url], max_bytes=2 * 10**7, timeout_seconds=30
    ) as media:
        try:
            yield Errand(stage, database, media)
        finally:
            await database.close()


def names(message: discord.Message) -> list[str]:
    (box,) = message.components
    items = [item for part in box.children for item in getattr(part, "items", ())]  # type: ignore[union-attr] # a container
    return [item.media.url.split("?")[0].rsplit("/", 1)[1] for item in items]
