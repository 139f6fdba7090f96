"""A film as the sample relay makes it: a request in, a playable H.264 file out."""

import asyncio
import json
import math
import os
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from base64 import b64decode, b64encode
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from pathlib import Path

FPS = 24
_ROOT = Path(__file__).resolve().parents[2]
_ASPECTS = (1 / 3, 3.0)
_PICTURES = ("image", "last_image")
_RATIO = re.compile(r"(\d{1,4}):(\d{1,4})")


class FilmFailed(Exception):
    """The child made no film: its picture cannot be read, it crashed, or it took too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """What is to be filmed."""

    prompt: str
    """Becomes the title, and chooses the landscape when there is no image."""
    image: bytes | None = None
    """An encoded picture (JPEG, PNG, WebP) that the camera travels across."""
    last_image: bytes | None = None
    """A picture that the film ends with."""
    scene: str = ""
    """Words that choose the landscape instead of the prompt, as where a film goes on."""
    seconds: float = 5.0
    ratio: str = "16:9"
    """Width to height."""
    area: int = 960 * 540
    """About how many pixels a frame has; this many take two to four seconds on two slow cores."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, both even as yuv420p wants them."""
        found = _RATIO.fullmatch(self.ratio)
        aspect = int(found[1]) / max(int(found[2]), 1) if found else 16 / 9
        aspect = min(max(aspect, _ASPECTS[0]), _ASPECTS[1])
        height = math.sqrt(self.area / aspect)
        return round(height * aspect / 4) * 4, round(height / 4) * 4

    @property
    def frames(self) -> int:
        """How many pictures it has."""
        return max(round(self.seconds * FPS), 2)

    def to_json(self) -> bytes:
        """The film as `film_child` reads it."""
        fields = {field.name: getattr(self, field.name) for field in dataclass_fields(self)}
        return json.dumps(fields | {name: _packed(fields[name]) for name in _PICTURES}).encode()

    @classmethod
    def from_json(cls, raw: bytes) -> "Film":
        """The film that `to_json` wrote."""
        fields = json.loads(raw)
        return cls(**fields | {name: _unpacked(fields[name]) for name in _PICTURES})


def _packed(picture: bytes | None) -> str | None:
    return None if picture is None else b64encode(picture).decode()


def _unpacked(packed: str | None) -> bytes | None:
    return None if packed is None else b64decode(packed)


async def make_film(film: Film, path: Path, *, timeout: float = 120.0) -> None:  # noqa: ASYNC109  # a film's own limit, kept where its child is killed
    """Write `film` to `path` (mp4) and its first picture beside it (webp).

    The encoder runs in a child process: a crash inside a codec must not take the bot along.

    Raises:
        FilmFailed: there is no film; nothing of it is left running.
    """
    child = await _start(path)
    try:
        async with asyncio.timeout(timeout):
            _, errors = await child.communicate(film.to_json())
    except TimeoutError as late:
        raise FilmFailed("it took too long") from late
    finally:
        await _end(child)
    if child.returncode:
        raise FilmFailed(errors.decode(errors="replace").strip().rpartition("\n")[2][:200])


async def _start(path: Path) -> Process:
    search = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.demo.film_child",
        str(path),
        stdin=PIPE,
        stdout=DEVNULL,
        stderr=PIPE,
        env=os.environ | {"PYTHONPATH": search},
    )


async def _end(child: Process) -> None:
    if child.returncode is None:
        child.kill()
        await child.communicate()
