"""Where checked reference images lie, and what of them is still there."""

from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from bot.domain.errors import ImageRejected
from bot.domain.jobs import Job


@dataclass(frozen=True, slots=True)
class Inputs:
    """The folder of stored images; they live as long as results do (`MEDIA_KEEP_DAYS`)."""

    folder: Path

    def path(self, name: str) -> Path:
        """Where a stored image lies.

        Raises:
            ImageRejected: `image-gone` when its time is over.
        """
        path = self.folder / name
        if not path.is_file():
            raise ImageRejected("image-gone")
        return path

    def pictures(self, job: Job) -> tuple[Path, ...]:
        """The images that a job's card shows, up to the first that is not there any more."""
        found = (self.folder / name for name in job.request.images)
        return tuple(takewhile(Path.is_file, found))
