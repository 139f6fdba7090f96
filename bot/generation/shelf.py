"""Where finished videos lie, and which of a job's are still there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.jobs import Job, remuxed_name, video_name
from bot.domain.library import Copy, VideoFile
from bot.domain.views import Treatment

_COPY = re.compile(
    rf"video-[0-9a-z]+(?:-(?P<number>\d+))?"
    rf"\.(?P<made>{Treatment.CONVERTED}|{Treatment.SHRUNK})-\d+\.mp4"
)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of videos; several processes share one, so only the disk is believed."""

    folder: Path

    def files(self, job_id: str, videos: int) -> tuple[VideoFile, ...]:
        """What is there of a job that brought so many videos, the best first.

        Where only the relay's container does not play in place, the one that does is given.
        """
        names = enumerate(file_names(job_id, videos), start=1)
        found = (_look(self.folder / name, number) for number, name in names)
        return tuple(file for file in found if file is not None)

    def copies(self, job_id: str) -> tuple[Copy, ...]:
        """What was made of a job's videos to be watched; not what shows only their beginning."""
        # Ids are equally long, so that none is the beginning of another one.
        found = self.folder.glob(video_name(job_id).replace(".", "*.*."))
        return tuple(copy for copy in map(_copy, found) if copy is not None)

    def remove(self, job_id: str) -> None:
        """Forget all of a job's videos, and what was made of them."""
        first = video_name(job_id)
        for pattern in (first, first.replace(".", "-*."), first.replace(".", ".*.")):
            for path in self.folder.glob(pattern):
                path.unlink(missing_ok=True)


def file_names(job_id: str, videos: int) -> Iterator[str]:
    """The names under which a job's videos are fetched."""
    for number in range(1, max(videos, 1) + 1):
        yield video_name(job_id, number)


def in_use(job: Job) -> set[str]:
    """Names of files that an open job needs or brings: its images and its videos."""
    return {*job.request.images, *file_names(job.id, len(job.videos))}


def _copy(path: Path) -> Copy | None:
    named = _COPY.fullmatch(path.name)
    if named is None:
        return None
    file = _file(path, path, int(named["number"] or 1))
    return Copy(file=file, smaller=named["made"] == Treatment.SHRUNK) if file else None


def _look(path: Path, number: int) -> VideoFile | None:
    return _file(path.with_name(remuxed_name(path.name)), path, number) or _file(path, path, number)


def _file(path: Path, original: Path, number: int) -> VideoFile | None:
    """What lies at `path`, as old as its original."""
    try:
        size, modified = path.stat().st_size, original.stat().st_mtime
    except FileNotFoundError:
        return None
    stored_at = datetime.fromtimestamp(modified, UTC)
    return VideoFile(path=path, number=number, size=size, stored_at=stored_at)
