"""From the relay's last byte to the posted video, beside what curl needs to fetch and post it."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.wire.place import Job, Place, Stand
from bench.wire.relay import Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """Seconds, of one size."""

    ours: float
    curl: float

    @property
    def share(self) -> float:
        return self.ours / self.curl


async def lateness(stand: Stand, size: int, rounds: int) -> Lateness:
    """The median of some rounds, in turn, one at a time."""
    ours, theirs = [], []
    for _ in range(rounds):
        jobs = await stand.place.finished(await stand.place.ask(1, within=0, seconds=2, size=size))
        ours += await late(stand.place, jobs)
        theirs.append(await _curl(stand.place, jobs[0].asked.wish))
    return Lateness(ours=median(ours), curl=median(theirs))


async def late(place: Place, jobs: Sequence[Job]) -> list[float]:
    """Seconds from the last byte of each job's stream to its video."""
    ended = await place.relay.ended()
    return [job.posted - ended[job.asked.wish.number] for job in jobs]


async def _curl(place: Place, wish: Wish) -> float:
    """Fetch with one curl and post with another, to a channel of its own."""
    _, channel = place.member()
    told = json.dumps({"content": "a video", "allowed_mentions": {"parse": []}})
    with TemporaryDirectory() as folder:
        file = Path(folder) / "video.mp4"
        begun = time.monotonic()
        await _run("curl", "-sfo", str(file), place.relay.film_url(wish))
        await _run(
            *("curl", "-sfo", "/dev/null", "-H", f"Authorization: Bot {place.discord.TOKEN}"),
            *("-F", f"payload_json={told}", "-F", f"files[0]=@{file}"),
            f"{place.discord.api_url}/channels/{channel.id}/messages",
        )
        return time.monotonic() - begun


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0, command
