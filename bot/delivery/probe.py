"""Find out in a child process whether a file is a video that plays, and where."""

import json
from pathlib import Path
from typing import Any

import structlog

from bot.children import ChildFailed, ChildLimits, run_child
from bot.domain.errors import MediaFailure
from bot.domain.views import Clip

CHILD = Path(__file__).with_name("probe_child.py")
_MEMORY = 3 << 30
"""Address space, most of it never touched: the frames of an 8K stream."""
_OUTPUT = 64 * 1024

log = structlog.get_logger()


async def probe(path: Path, *, timeout: float = 60) -> Clip:  # noqa: ASYNC109  # the child's own
    """Look into the file at `path`; `timeout` is the seconds that the child may take.

    Raises:
        MediaFailure: `media-web-page` when it is HTML, `media-not-a-video` when it is anything
            else that does not play to its end.
    """
    if _is_web_page(_head(path)):  # the kernel has it at hand
        raise MediaFailure("media-web-page")
    limits = ChildLimits(seconds=timeout, memory=_MEMORY, output=_OUTPUT)
    try:
        answer = await run_child(CHILD, str(path), limits=limits)
    except ChildFailed as failed:
        log.info("video.unplayable", file=path.name, cause=str(failed))
        raise MediaFailure("media-not-a-video") from failed
    return _clip(path, json.loads(answer))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(1024)


def _is_web_page(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return True
    return start.startswith((b"<!--", b"<?xml")) and b"<html" in start


def _clip(path: Path, facts: dict[str, Any]) -> Clip:
    return Clip(
        path=path,
        size=facts["size"],
        seconds=facts["seconds"],
        width=facts["width"],
        height=facts["height"],
        codec=facts["codec"],
        inline_safe=_plays_everywhere(facts),
        picture_safe=_picture_plays(facts),
        sound=facts["sound"],
        rate=facts["rate"],
    )


def _plays_everywhere(facts: dict[str, Any]) -> bool:
    """H.264, 8 bit 4:2:0, AAC or silent, in an MP4 whose index comes first.

    Everything else leaves some client of Discord with a frozen frame, no sound or no player.
    """
    sound = facts["sound"] in (None, "aac")
    return bool(_picture_plays(facts) and sound and facts["mp4"] and facts["index_first"])


def _picture_plays(facts: dict[str, Any]) -> bool:
    return (facts["codec"], facts["pixels"]) == ("h264", "yuv420p")
