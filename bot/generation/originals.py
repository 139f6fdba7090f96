"""Originals that are too large for one file, given to their owners in parts."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from bot.delivery import (
    MARGIN,
    MESSAGE_VIDEOS,
    Cut,
    planned,
    together_at,
    write_part,
)
from bot.domain.errors import Refusal
from bot.domain.library import Part, VideoFile
from bot.domain.requests import Requester

MAX_PARTS = 20
"""Of one video: more are neither watched nor sent within the quarter of an hour that there is."""
AT_ONCE = 2
"""Cuts side by side: each reads a large file in a process of its own."""
BENCH = ".parts-"
"""How the name of a folder begins in which parts lie until they are sent."""

log = structlog.get_logger()


def in_parts(file: VideoFile, limit: int) -> bool:
    """Whether so few parts of at most `limit` bytes may be enough that it is worth a try."""
    return 0 < file.size <= (limit - MARGIN) * MAX_PARTS


class Originals:
    """Cuts for one member one video at a time, and keeps no part longer than it is needed."""

    def __init__(self) -> None:
        self._busy: set[int] = set()
        self._knives = asyncio.Semaphore(AT_ONCE)
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    @contextmanager
    def turn(self, by: Requester) -> Iterator[None]:
        """Let a member have parts while they get no others.

        Raises:
            Refusal: `refusal-parts-running`, or `refusal-restarting` once the bot stops.
        """
        self._check_open()
        if by.user_id in self._busy:
            raise Refusal("refusal-parts-running")
        self._busy.add(by.user_id)
        self._idle.clear()
        try:
            yield
        finally:
            self._busy.discard(by.user_id)
            if not self._busy:
                self._idle.set()

    async def drain(self, seconds: float) -> None:
        """Cut no more from now on, and wait so long for what is on its way to members."""
        self._closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()

    def _check_open(self) -> None:
        if self._closed:
            raise Refusal("refusal-restarting")

    async def batches(self, file: VideoFile, limit: int) -> AsyncGenerator[tuple[Part, ...], None]:
        """A video's parts in their order, as many together as one message takes.

        Parts are cut when they are asked for, and gone when the next ones are.

        Args:
            file: The video.
            limit: Bytes that a file may have where they are sent.

        Raises:
            Refusal: as `planned` and `write_part`, or `refusal-restarting` once the bot stops.
        """
        async with self._knives:
            cuts = await planned(file.path, room=limit - MARGIN, most=MAX_PARTS)
        together = together_at(limit)
        with _bench(file.path.parent) as folder:
            batch: list[Part] = []
            for number, cut in enumerate(cuts, start=1):
                self._check_open()
                async with self._knives:
                    part = await _cut(file, cut, folder, number=number, of=len(cuts))
                if not _has_room(batch, part, together):
                    yield tuple(batch)
                    await _forget(batch)
                    batch = []
                batch.append(part)
            yield tuple(batch)


@contextmanager
def _bench(videos: Path) -> Iterator[Path]:
    """A folder for parts; a full disk has room for none.

    Raises:
        Refusal: `refusal-parts-failed`.
    """
    try:
        folder = TemporaryDirectory(prefix=BENCH, dir=videos)
    except OSError as full:
        log.warning("video.no_bench", error=repr(full))
        raise Refusal("refusal-parts-failed") from full
    with folder as name:
        yield Path(name)


async def _cut(file: VideoFile, cut: Cut, folder: Path, *, number: int, of: int) -> Part:
    target = folder / f"{number}.mp4"
    size = await write_part(file.path, cut, target)
    return Part(path=target, size=size, number=number, of=of, video=file)


def _has_room(batch: list[Part], part: Part, together: int) -> bool:
    size = sum(other.size for other in batch)
    return not batch or (len(batch) < MESSAGE_VIDEOS and size + part.size <= together)


async def _forget(batch: list[Part]) -> None:
    for part in batch:
        await asyncio.to_thread(part.path.unlink)
