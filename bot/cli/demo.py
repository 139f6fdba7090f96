"""The demo, in a browser or without one."""

# ruff: noqa: PLC0415 - an installation without the demo must be able to say so

import asyncio
import errno
import os
import signal
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import typer

from bot.cli.saving import numbered, target_for
from bot.cli.speech import Voice
from bot.domain.errors import MediaFailure, Param, Refusal
from bot.domain.requests import check_prompt
from bot.telemetry import configure_logging
from bot.text import Texts

PROMPT = "cli-demo-prompt"

T = TypeVar("T")


def show(
    *, headless: bool, prompt: str | None, image: Path | None, out: Path | None, port: int | None
) -> int:
    """Run the demo until it is over; the exit code."""
    voice = Voice(Texts())
    if image is not None and not image.is_file():
        voice.complain("cli-image-file", path=str(image))
        return 2
    if not headless and (prompt is not None or image is not None or out is not None):
        voice.complain("cli-demo-headless")
        return 2
    configure_logging(level="error", format="console")
    try:
        prompt = voice.say(PROMPT) if prompt is None else prompt
        check_prompt(prompt)
        target = target_for(out or Path("demo.mp4"))
    except Refusal as refusal:
        voice.explain(refusal)
        return 2
    try:
        if headless:
            return _film(voice, prompt, image, target)
        return _page(voice, port)
    except ModuleNotFoundError as error:
        if error.name not in ("bot.demo", "simcord"):
            raise
        voice.complain("cli-demo-missing")
        return 1


def _film(voice: Voice, prompt: str, image: Path | None, out: Path) -> int:
    from bot.demo.headless import film

    try:
        work = film(prompt=prompt, image=image, name=partial(numbered, out), say=typer.echo)
        clips = asyncio.run(_stoppable(work))
    except MediaFailure as error:
        voice.explain(error)
        return 1
    except asyncio.CancelledError:
        return 128 + signal.SIGTERM
    if not clips:
        voice.complain("cli-demo-no-video")
        return 1
    for clip in clips:
        told: dict[str, Param] = {"bytes": clip.size, "seconds": clip.seconds, "codec": clip.codec}
        voice.answer("cli-demo-saved", path=str(clip.path), **told)
    return 0


def _page(voice: Voice, port: int | None) -> int:
    from bot.demo.page import show_page

    def tell(url: str) -> None:
        voice.answer("cli-demo-page", url=url)

    try:
        asyncio.run(_stoppable(show_page(port=port, say=tell)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 0
    except OSError as error:
        if port is None or error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        voice.complain("cli-demo-port", port=str(port), reason=os.strerror(error.errno))
        return 1
    return 0


async def _stoppable(work: Coroutine[Any, Any, T]) -> T:
    """End by SIGTERM as by Ctrl-C: what was begun is taken down again."""
    task = asyncio.ensure_future(work)
    with suppress(NotImplementedError):  # on Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task
