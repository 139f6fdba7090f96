"""Many streams at once, each a step a second: how late their videos are when they end."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

from bench.wire.late import late
from bench.wire.place import Stand
from bench.wire.usage import Usage

FILM = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """What they came to."""

    late: Sequence[float]
    """Seconds from the last byte of each to its video."""
    edits: float
    """Of a card, on average."""
    spent: Usage
    refused: int

    @property
    def half(self) -> float:
        return median(self.late)


async def streams(stand: Stand, count: int, *, spread: float, seconds: int) -> Streams:
    """Begin within `spread` seconds, and so end within as many."""
    refused, before = stand.place.refused, stand.usage()
    asked = await stand.place.ask(count, within=spread, seconds=seconds, size=FILM)
    jobs = await stand.bot.alive(stand.place.finished(asked))
    return Streams(
        late=await late(stand.place, jobs),
        edits=mean(job.edits for job in jobs),
        spent=stand.usage().since(before),
        refused=stand.place.refused - refused,
    )
