"""Remove files whose time is over: inputs and videos live equally long."""

import time
from pathlib import Path

from bot.settings import Settings


def tidy_folders(settings: Settings) -> None:
    """Apply MEDIA_KEEP_DAYS and MEDIA_KEEP_GB to the folders of inputs and videos."""
    oldest = time.time() - settings.media_keep.total_seconds()
    room = None if settings.media_keep_gb is None else int(settings.media_keep_gb * 10**9)
    for folder in (settings.inputs_dir, settings.videos_dir):
        tidy(folder, oldest=oldest, room=room)


def tidy(folder: Path, *, oldest: float, room: int | None) -> None:
    """Delete files from before `oldest` (Unix seconds), then the oldest until `room` bytes hold."""
    files = sorted(_files(folder), key=lambda file: file[1])
    kept = sum(size for _, _, size in files)
    for path, modified, size in files:
        if modified >= oldest and (room is None or kept <= room):
            return
        path.unlink(missing_ok=True)
        kept -= size


def _files(folder: Path) -> list[tuple[Path, float, int]]:
    if not folder.is_dir():
        return []
    entries = [(path, path.stat()) for path in folder.iterdir() if path.is_file()]
    return [(path, stat.st_mtime, stat.st_size) for path, stat in entries]
