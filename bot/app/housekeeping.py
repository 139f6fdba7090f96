"""Remove files whose time is over: inputs and videos live equally long."""

import os
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from bot.domain.jobs import TOKEN_LIFE, original_name
from bot.generation.originals import BENCH
from bot.settings import Settings

FRESH = 3600.0
"""Seconds in which no file makes room for others: it may be in use."""
_UNFINISHED = ".part"
"""How names end of what is being written; it goes once nobody has written to it for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """One that was stored, with those that were made of it."""

    paths: tuple[Path, ...]
    modified: float
    size: int

    @property
    def name(self) -> str:
        return original_name(self.paths[0].name)

    @property
    def unfinished(self) -> bool:
        return self.name.endswith(_UNFINISHED)


def tidy_folders(settings: Settings, in_use: Collection[str]) -> None:
    """Apply MEDIA_KEEP_DAYS and MEDIA_KEEP_GB to inputs and videos together.

    `in_use` are names of files that stay, however old and however short the room is: open jobs
    need them, and one that waits for its owner may do so for as long as results are kept.
    """
    now = time.time()
    oldest = now - settings.media_keep.total_seconds()
    room = None if settings.media_keep_gb is None else int(settings.media_keep_gb * 10**9)
    files = [*_files(settings.inputs_dir), *_files(settings.videos_dir)]
    for file in _over(files, oldest=oldest, now=now, room=room, in_use=in_use):
        for path in file.paths:
            path.unlink(missing_ok=True)


def tidy_benches(folder: Path) -> None:
    """Remove the parts of videos whose sending was broken off by the end of a process.

    None of another process is touched: nobody sends for longer than an interaction's token lives.
    """
    oldest = time.time() - 2 * TOKEN_LIFE.total_seconds()
    for bench in folder.glob(f"{BENCH}*"):
        with suppress(FileNotFoundError):  # all of it was sent meanwhile
            if bench.stat().st_mtime < oldest:
                shutil.rmtree(bench, ignore_errors=True)


def free_bytes(folder: Path) -> int:
    """What is left of the disk that holds the folder, for this user."""
    return shutil.disk_usage(folder).free


def _over(
    files: list[_File], *, oldest: float, now: float, room: int | None, in_use: Collection[str]
) -> Iterator[_File]:
    """The files from before `oldest`, then the oldest until `room` bytes are kept."""
    kept = sum(file.size for file in files)
    for file in sorted(files, key=lambda found: found.modified):
        fresh = file.modified >= now - FRESH
        too_much = room is not None and kept > room and not fresh
        over = not fresh if file.unfinished else file.modified < oldest or too_much
        if file.name in in_use or not over:
            continue
        kept -= file.size
        yield file


def _files(folder: Path) -> Iterator[_File]:
    groups: dict[str, list[tuple[Path, os.stat_result]]] = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # it got its name meanwhile, or is gone
            if S_ISREG((found := path.stat()).st_mode):
                groups.setdefault(original_name(path.name), []).append((path, found))
    for group in groups.values():
        yield _File(
            paths=tuple(path for path, _ in group),
            modified=min(found.st_mtime for _, found in group),
            size=sum(found.st_size for _, found in group),
        )
