"""Every figure of the wire with its goal, and with what it is compared with in the same run."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure
from bench.wire.crowd import Crowd, crowd
from bench.wire.large import growth
from bench.wire.late import lateness
from bench.wire.place import Place, Stand, a_bot, a_place
from bench.wire.start import starts
from bench.wire.streams import streams

OBVIOUS = str(Path(__file__).with_name("obvious.py"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything."""

    members: int = 100
    within: float = 10
    """Seconds over which they ask, where they do not ask at once."""
    streams: int = 500
    spread: float = 10
    """Seconds over which the streams begin, and over which they end."""
    seconds: int = 20
    """Of each stream."""
    films: tuple[int, ...] = (1_000_000, 8_000_000)
    """Bytes of those that curl brings as well."""
    large: int = 100_000_000
    rounds: int = 5


async def wire(size: Size | None = None) -> AsyncIterator[Figure]:
    """All of it, in a minute and a half."""
    size = size or Size()
    async with a_place() as place:
        yield await _start(place, size)
        async with a_bot(place) as stand:
            instant = await crowd(stand, size.members, within=0)
            spread = await crowd(stand, size.members, within=size.within)
            for film in size.films:
                yield await _late(stand, film, size.rounds)
            yield await _large(stand, size.large)
            yield await _streams(stand, size)
        async with a_bot(place, OBVIOUS) as other:
            theirs = await crowd(other, size.members, within=0)
        yield _crowd("in one instant", instant, theirs, goal=300)
        yield _crowd(f"over {size.within:.0f} s", spread, None, goal=50)


async def _start(place: Place, size: Size) -> Figure:
    start, puts = await starts(place, size.rounds)
    return Figure(
        name="From the start to READY",
        rows=(
            _row("seconds", f"{start.seconds:.2f}", "0.6"),
            _row("of those on a core", f"{start.cpu:.2f}"),
            _row("commands put again", f"{puts}", "0"),
        ),
    )


async def _late(stand: Stand, film: int, rounds: int) -> Figure:
    found = await lateness(stand, film, rounds)
    return Figure(
        name=f"From the relay's last byte to the posted video, {film / 1e6:.1f} MB",
        rows=(
            _row("Clapper", f"{found.ours * 1000:.0f} ms"),
            _row("curl, curl", f"{found.curl * 1000:.0f} ms"),
            _row("of curl's", f"{found.share:.2f}", "1.3"),
        ),
    )


async def _large(stand: Stand, size: int) -> Figure:
    grown = await growth(stand, size)
    row = _row("Clapper", f"{grown / 1e6:.1f} MB", "20 MB")
    return Figure(name=f"Memory taken on over a video of {size / 1e6:.0f} MB", rows=(row,))


async def _streams(stand: Stand, size: Size) -> Figure:
    found = await streams(stand, size.streams, spread=size.spread, seconds=size.seconds)
    return Figure(
        name=f"{size.streams:,} streams, a step a second; their ends within {size.spread:.0f} s",
        rows=(
            _row("last byte to video, half", f"{found.half:.2f} s", "1 s"),
            _row("the latest", f"{max(found.late):.2f} s"),
            _row("processor for each", f"{found.spent.own / size.streams * 1000:.1f} ms"),
            _row("edits of each card", f"{found.edits:.1f}"),
            _row("answers 429", f"{found.refused}", "0"),
        ),
    )


def _crowd(when: str, ours: Crowd, theirs: Crowd | None, goal: int) -> Figure:
    """`goal` is that of the first answer."""
    rows = [
        _row("first answer, half", f"{ours.ack(50) * 1000:.0f} ms"),
        _row("99 of 100", f"{ours.ack(99) * 1000:.0f} ms", f"{goal} ms"),
        _row("processor for each", f"{ours.own_ms:.1f} ms", "9 ms"),
        _row("its children", f"{ours.children_ms:.1f} ms"),
        _row("memory for each", f"{ours.kilobytes:.0f} KB", "150 KB"),
        _row("edits of each card", f"{ours.edits:.1f}"),
        _row("answers 429", f"{ours.refused}", "0"),
    ]
    if theirs is not None:
        rows.append(
            f"the obvious bot: 99 of 100 in {theirs.ack(99) * 1000:.0f} ms, {theirs.own_ms:.1f} ms"
            f" and {theirs.kilobytes:.0f} KB for each, {theirs.edits:.1f} edits"
        )
    return Figure(name=f"{len(ours.jobs)} members ask {when}", rows=tuple(rows))


def _row(name: str, found: str, goal: str = "") -> str:
    return f"{name:<26} {found:>10}" + (f"   (goal: {goal})" if goal else "")
