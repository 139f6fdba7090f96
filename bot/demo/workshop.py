"""Makes the sample relay's films, few at a time, and knows what became of each."""

import asyncio
import io
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

from bot.demo.film import Film, FilmFailed, make_film
from bot.demo.scenarios import Scenario
from bot.demo.wish import Wish

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_MAX_OPEN = 16
_DIFFERENT = 3
"""Films that are made for one wish; further ones are copies, since each takes seconds."""


class WorkState(StrEnum):
    """Words of the relay's `/source` answers."""

    PENDING = "pending"
    RUNNING = "video_generating"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class TooMuchWork(Exception):
    """More films are waiting than the workshop takes."""


@dataclass(slots=True, kw_only=True)
class Work:
    """One film on its way."""

    wish: Wish
    scenario: Scenario
    films: Sequence[Path]
    """Where the films will be; nearly always one."""
    day: str
    """`YYYYMMDD`, part of its links."""
    created: int
    image: bytes | None = field(default=None, repr=False)
    last_image: bytes | None = field(default=None, repr=False)
    scene: str = ""
    """Words whose landscape it shows."""
    task_id: str = field(
        default_factory=lambda: "task_01" + "".join(secrets.choice(_LETTERS) for _ in range(24))
    )
    remix_id: str = field(default_factory=lambda: f"s_{secrets.token_hex(16)}")
    state: WorkState = WorkState.PENDING
    error: str | None = None
    ratio: str = "16:9"
    task: asyncio.Task[None] | None = None

    @property
    def path(self) -> Path:
        """The film; of several the first."""
        return self.films[0]

    @property
    def orientation(self) -> str:
        """The relay's word for the ratio."""
        wide, high = map(int, self.ratio.split(":"))
        return "square" if wide == high else "portrait" if wide < high else "landscape"

    @property
    def ending(self) -> bytes | None:
        """The picture that it ends with, if it was made from any."""
        return self.last_image or self.image

    @property
    def over(self) -> bool:
        """Whether it is finished, with or without a film."""
        return self.task is not None and self.task.done()

    async def wait(self) -> None:
        """Until it is over; whoever waits may be cancelled without harm to it."""
        if self.task:
            await asyncio.wait([self.task])

    def cancel(self) -> None:
        """Give it up; a film that is finished stays."""
        if self.task and self.task.cancel():
            self.state = WorkState.CANCELLED


class Workshop:
    """Owns the tasks that make films in a folder; made and ended by `open_workshop`."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime],
        encodes: int,
        film: Callable[..., Film],
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._places = asyncio.Semaphore(encodes)
        self._film = film
        self.works: dict[str, Work] = {}

    def start(
        self,
        wish: Wish,
        scenario: Scenario,
        *,
        images: Sequence[bytes] = (),
        earlier: Work | None = None,
    ) -> Work:
        """Begin a film, which looks like the `earlier` one if it goes on from it.

        Raises:
            TooMuchWork: enough are waiting.
        """
        if sum(not work.over for work in self.works.values()) >= _MAX_OPEN:
            raise TooMuchWork
        now = self._clock()
        image = images[0] if images else earlier.ending if earlier else None
        count = wish.count if scenario.several else 1
        work = Work(
            wish=wish,
            scenario=scenario,
            films=[self._folder / f"{secrets.token_hex(15)}.mp4" for _ in range(count)],
            day=f"{now:%Y%m%d}",
            created=int(now.timestamp()),
            image=image,
            last_image=images[1] if len(images) > 1 else None,
            scene=earlier.scene if earlier else wish.prompt,
            ratio=wish.ratio or (earlier.ratio if earlier else _natural_ratio(image)),
        )
        self.works[work.task_id] = work
        work.task = asyncio.create_task(self._make(work))
        return work

    def find(self, name: str) -> tuple[Work, int] | None:
        """The work whose film or poster has this file name, and which of its films it is."""
        stem = Path(name).stem
        for work in self.works.values():
            for number, film in enumerate(work.films, start=1):
                if film.stem == stem:
                    return work, number
        return None

    def made(self, remix_id: str) -> Work | None:
        """The work of that remix id."""
        return next((work for work in self.works.values() if work.remix_id == remix_id), None)

    async def close(self) -> None:
        """Give up whatever is not finished, and wait until nothing of it runs."""
        for work in self.works.values():
            work.cancel()
            await work.wait()

    async def _make(self, work: Work) -> None:
        options: dict[str, Any] = {
            "scene": work.scene,
            "image": work.image,
            "last_image": work.last_image,
            "ratio": work.ratio,
        }
        if work.wish.seconds:
            options["seconds"] = work.wish.seconds
        try:
            async with self._places:
                work.state = WorkState.RUNNING
                for number, path in enumerate(work.films[:_DIFFERENT], start=1):
                    # The title also chooses the landscape, so every one looks different.
                    title = f"{work.wish.prompt} · {number}" if number > 1 else work.wish.prompt
                    await make_film(self._film(prompt=title, **options), path)
                for number, path in enumerate(work.films[_DIFFERENT:]):
                    shutil.copyfile(work.films[number % _DIFFERENT], path)
            work.state = WorkState.COMPLETED
        except FilmFailed as failure:
            work.state, work.error = WorkState.FAILED, str(failure)


@asynccontextmanager
async def open_workshop(
    *, clock: Callable[[], datetime], encodes: int, film: Callable[..., Film]
) -> AsyncIterator[Workshop]:
    """A workshop in a new temporary folder; at the end work is stopped and the folder removed."""
    with TemporaryDirectory(prefix="clapper-relay-", ignore_cleanup_errors=True) as folder:
        workshop = Workshop(Path(folder), clock=clock, encodes=encodes, film=film)
        try:
            yield workshop
        finally:
            await workshop.close()


def _natural_ratio(image: bytes | None) -> str:
    """The orientation of the image; landscape without one, or when it cannot be read."""
    if image is None:
        return "16:9"
    try:
        with Image.open(io.BytesIO(image)) as opened:
            width, height = opened.size
    except (OSError, Image.DecompressionBombError):
        return "16:9"
    return "16:9" if width > height * 1.1 else "9:16" if height > width * 1.1 else "1:1"
