"""Cut a video that is too large for one file into parts that play, in a child process."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from bot.children import ChildFailed, ChildLimits, run_child
from bot.domain.errors import Refusal

_CHILD = Path(__file__).with_name("cut_child.py")
LIMITS = ChildLimits(seconds=120, memory=2 << 30, output=64 * 1024)
"""Nothing is decoded: the time is for reading a large file from a slow disk."""
_TO_THE_END = "end"
_REFUSALS: Mapping[str, str] = {
    "scene": "refusal-parts-scene",
    "many": "refusal-parts-many",
    "codec": "refusal-parts-codec",
}
"""By the child's words."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Where one part of a video lies, in units that the child knows."""

    start: int
    end: int | None
    """The start of the next one; `None` for the last."""


async def planned(path: Path, *, room: int, most: int) -> tuple[Cut, ...]:
    """Where to cut, so that no part has more than `room` bytes.

    Raises:
        Refusal: `refusal-video-gone`; `refusal-parts-scene` (size) where a single scene has more,
            `refusal-parts-many` (count, most), `refusal-parts-codec`, or `refusal-parts-failed`.
    """
    answer = await _answer(path, "plan", str(path), str(room), str(most))
    if "refused" in answer:
        code = _REFUSALS[answer.pop("refused")]
        raise Refusal(code, **answer, limit=room, most=most)
    starts: list[int] = answer["starts"]
    ends = [*starts[1:], None]
    return tuple(Cut(start=start, end=end) for start, end in zip(starts, ends, strict=True))


async def write_part(path: Path, cut: Cut, target: Path) -> int:
    """Write one part to `target`; return its bytes.

    Raises:
        Refusal: `refusal-video-gone` or `refusal-parts-failed`.
    """
    end = _TO_THE_END if cut.end is None else str(cut.end)
    answer = await _answer(path, "part", str(path), str(target), str(cut.start), end)
    size: int = answer["size"]
    return size


async def _answer(path: Path, *arguments: str) -> dict[str, Any]:
    if not await asyncio.to_thread(path.is_file):
        raise Refusal("refusal-video-gone")
    try:
        answer: dict[str, Any] = json.loads(await run_child(_CHILD, *arguments, limits=LIMITS))
    except ChildFailed as failed:
        log.warning("video.not_cut", file=path.name, cause=str(failed))
        gone = not await asyncio.to_thread(path.is_file)
        raise Refusal("refusal-video-gone" if gone else "refusal-parts-failed") from failed
    return answer
