"""Bring the videos of one answer to disk, each by the first of its links that holds one."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.delivery import VideoFetcher, probe
from bot.domain.errors import FailureKind, MediaFailure, RelayFailure
from bot.domain.jobs import MAX_VIDEOS, Job
from bot.domain.views import Clip, Step
from bot.generation.board import Board

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A video that lies here and plays."""

    number: int
    """Which of the job's videos; 1 is the best."""
    clip: Clip
    url: str
    """The link that has it."""


class Videos:
    """Works from the links that are stored with the job alone, so that it can be done again."""

    def __init__(self, fetcher: VideoFetcher) -> None:
        self._fetcher = fetcher

    async def __call__(self, job: Job, board: Board) -> list[Found]:
        """Fetch and probe one video after the other; what lies here already is not fetched anew.

        Raises:
            RelayFailure: there is no link at all.
            MediaFailure: none of them plays; why the first does not.
        """
        found: list[Found] = []
        failures: list[MediaFailure] = []
        for number, links in enumerate(job.videos[:MAX_VIDEOS], start=1):
            board.show(step=Step.FETCHING, fetching=number, bytes_total=None)
            try:
                found.append(await self._video(job, number, links, board))
            except MediaFailure as failure:
                log.warning("media.video_missing", job=job.id, number=number, code=failure.code)
                failures.append(failure)
        if len(job.videos) > MAX_VIDEOS:
            left_out = [links[0] for links in job.videos[MAX_VIDEOS:]]
            log.warning("media.too_many", job=job.id, left_out=left_out)
        if not found:
            raise failures[0] if failures else RelayFailure(FailureKind.NO_RESULT)
        return found

    def here(self, job: Job) -> bool:
        """Whether any of them lies here."""
        numbers = range(1, min(len(job.videos), MAX_VIDEOS) + 1)
        return any(self._fetcher.kept(job.id, number) for number in numbers)

    async def _video(self, job: Job, number: int, links: Sequence[str], board: Board) -> Found:
        if clip := await self._kept(job, number):
            return Found(number=number, clip=clip, url=links[0])
        return await self._first_that_plays(job, number, links, board)

    async def _kept(self, job: Job, number: int) -> Clip | None:
        path = self._fetcher.kept(job.id, number)
        if path is None:
            return None
        try:
            return await probe(path)
        except MediaFailure:
            return None

    async def _first_that_plays(
        self, job: Job, number: int, links: Sequence[str], board: Board
    ) -> Found:
        """Relays print one file under several links; the next is tried when one fails."""
        *others, last = links
        for url in others:
            try:
                return await self._fetch(job, number, url, board)
            except MediaFailure as failure:
                log.info("media.next_link", job=job.id, code=failure.code)
        return await self._fetch(job, number, last, board)

    async def _fetch(self, job: Job, number: int, url: str, board: Board) -> Found:
        try:
            path = await self._fetcher.fetch(
                job.id, url, number=number, on_size=lambda size: board.show(bytes_total=size)
            )
        except OSError as error:
            log.exception("media.not_stored", job=job.id)
            raise MediaFailure("media-no-room") from error
        return Found(number=number, clip=await probe(path), url=url)
