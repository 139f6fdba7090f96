"""What the machine must offer: space and a folder to write in, and an encoder for video."""

import shutil
import tempfile
from pathlib import Path

from bot.children import ChildFailed, ChildLimits, run_child
from bot.cli.findings import Finding, ok, problem, warning
from bot.domain.errors import Param
from bot.generation.room import LEAST
from bot.settings import Settings

_CHILD = Path(__file__).with_name("encoder_child.py")
_LIMITS = ChildLimits(seconds=30, memory=2 << 30, output=4096)


def look_at_disk(settings: Settings) -> Finding:
    """Whether files can be written in the data folder, and how many."""
    folder = settings.data_dir
    existing = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            free = shutil.disk_usage(existing).free
    except OSError:
        return problem("disk", "check-disk-unwritable", folder=str(folder))
    params: dict[str, Param] = {"folder": str(folder), "megabytes": free // 1_000_000}
    if free < LEAST:
        return problem("disk", "check-disk-full", **params)
    enough = free > 4 * settings.max_video_bytes
    return (
        ok("disk", "check-disk", **params)
        if enough
        else warning("disk", "check-disk-low", **params)
    )


async def look_at_encoder() -> Finding:
    """Whether the video library starts here and has what Discord's players want."""
    try:
        lacking = (await run_child(_CHILD, limits=_LIMITS)).decode().split()
    except ChildFailed:
        return problem("encoder", "check-encoder-broken")
    if lacking:
        return problem("encoder", "check-encoder-lacks", names=", ".join(lacking))
    return ok("encoder", "check-encoder")
