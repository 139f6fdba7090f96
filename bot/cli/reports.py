"""How `generate` tells what happens: JSON lines for programs, a progress bar for people."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.cli.speech import Voice, printable
from bot.domain.events import Progress as Moved
from bot.domain.jobs import MAX_VIDEOS, Handle
from bot.domain.views import Clip


class Report(Protocol):
    """Hears every step of one video, in order."""

    def accepted(self, handle: Handle) -> None:
        """The relay printed how to find the task again."""

    def moved(self, progress: Moved) -> None:
        """The relay's percentage or words changed."""

    def completed(self, videos: Sequence[Sequence[str]]) -> None:
        """The relay is done; these are the links of each video."""

    def saved(self, path: Path, clip: Clip) -> None:
        """A playable file is there."""

    def failed(self, kind: str, message: str) -> None:
        """There is no video, or it could not be saved."""

    def hint(self, key: str) -> None:
        """What the operator can look at now."""


class JsonReport:
    """One JSON object a line on stdout, as UTF-8 whatever the terminal's encoding."""

    def accepted(self, handle: Handle) -> None:
        """`handle` keeps its nulls, so that a reader knows every field."""
        self._write("accepted", handle=asdict(handle))

    def moved(self, progress: Moved) -> None:
        """`percent` is a number or null."""
        self._write("progress", percent=progress.percent, note=progress.note)

    def completed(self, videos: Sequence[Sequence[str]]) -> None:
        """`video_url` is the first, and the best, of `video_urls`."""
        urls = [url for links in videos for url in links]
        self._write("completed", video_url=urls[0] if urls else None, video_urls=urls)

    def saved(self, path: Path, clip: Clip) -> None:
        """`bytes` is the file's size."""
        self._write("saved", path=str(path), bytes=clip.size)

    def failed(self, kind: str, message: str) -> None:
        """`kind` is one of the kinds of failure, `message` for people."""
        self._write("failed", kind=kind, message=message)

    def hint(self, key: str) -> None:
        """Nothing: a program reads the kind."""

    def _write(self, event: str, **fields: object) -> None:
        line = json.dumps({"event": event, **fields}, ensure_ascii=False)
        sys.stdout.buffer.write(_as_escapes(line).encode() + b"\n")
        sys.stdout.buffer.flush()


class BarReport:
    """A progress bar on stderr; it moves only when the relay names a percentage."""

    def __init__(self, voice: Voice, progress: Progress) -> None:
        self._voice = voice
        self._progress = progress
        self._place = ""
        self._task = progress.add_task(voice.say("cli-generate-asked"), total=None, percent="")

    def accepted(self, handle: Handle) -> None:
        """Keep the handle on the screen: it finds a paid video again."""
        place = handle.poll_url or handle.task_id or handle.media_id or handle.remix_id or ""
        if place != self._place:
            self._place = place
            self._print("cli-generate-accepted", place=place)

    def moved(self, progress: Moved) -> None:
        """Show the relay's own words and figure."""
        note = printable(progress.note or self._voice.say("cli-generate-working"))
        self._progress.update(self._task, description=note)
        if progress.percent is not None:
            shown = f"{progress.percent:.0f} %"
            self._progress.update(self._task, total=100, completed=progress.percent, percent=shown)

    def completed(self, videos: Sequence[Sequence[str]]) -> None:
        """The relay's part is over."""
        fetching = self._voice.say(
            "cli-generate-fetching", count=max(min(len(videos), MAX_VIDEOS), 1)
        )
        self._progress.update(self._task, description=fetching, total=100, completed=100)

    def saved(self, path: Path, clip: Clip) -> None:
        """Say where the file is and what is in it."""
        self._print(
            "cli-generate-saved",
            path=str(path),
            megabytes=round(clip.size / 1_000_000, 2),
            seconds=round(clip.seconds, 1),
            width=str(clip.width),
            height=str(clip.height),
        )

    def failed(self, kind: str, message: str) -> None:
        """Say why there is none."""
        self._print("cli-generate-failed", kind=kind, message=message)

    def hint(self, key: str) -> None:
        """Say what the operator can look at."""
        self._print(key)

    def _print(self, key: str, **params: str | float) -> None:
        text = self._voice.say(key, **params)
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def bar(voice: Voice) -> Iterator[BarReport]:
    """A report that draws while the block runs."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[percent]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield BarReport(voice, progress)


def _as_escapes(line: str) -> str:
    """The same JSON for programs, and nothing in it that steers a terminal for people."""
    whole = line.encode(errors="replace").decode()
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in whole)
