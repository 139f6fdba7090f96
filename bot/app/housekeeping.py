"""Remove files whose time is over: inputs and videos live equally long."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.settings import Settings

FRESH = 3600.0
"""Seconds in which no file makes room for others: it may be in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: Path
    modified: float
    size: int


def tidy_folders(settings: Settings) -> None:
    """Apply MEDIA_KEEP_DAYS and MEDIA_KEEP_GB to inputs and videos together."""
    now = time.time()
    room = None if settings.media_keep_gb is None else int(settings.media_keep_gb * 10**9)
    files = [*_files(settings.inputs_dir), *_files(settings.videos_dir)]
    for file in _over(files, oldest=now - settings.media_keep.total_seconds(), now=now, room=room):
        file.path.unlink(missing_ok=True)


def free_bytes(folder: Path) -> int:
    """What is left of the disk that holds the folder, for this user."""
    return shutil.disk_usage(folder).free


def _over(files: list[_File], *, oldest: float, now: float, room: int | None) -> Iterator[_File]:
    """The files from before `oldest`, then the oldest until `room` bytes are kept."""
    kept = sum(file.size for file in files)
    for file in sorted(files, key=lambda found: found.modified):
        too_much = room is not None and kept > room and file.modified < now - FRESH
        if file.modified >= oldest and not too_much:
            continue
        kept -= file.size
        yield file


def _files(folder: Path) -> Iterator[_File]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_file():
            found = path.stat()
            yield _File(path=path, modified=found.st_mtime, size=found.st_size)
