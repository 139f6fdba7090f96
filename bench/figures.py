"""What a measurement comes to, and how it is told."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Lines of figures under one name."""

    name: str
    rows: tuple[str, ...]


def beside(name: str, unit: str, *, ours: float, theirs: Mapping[str, float]) -> Figure:
    """One speed of ours beside others, with our share of each."""
    rows = [_row("Clapper", ours, unit)]
    for other, speed in theirs.items():
        share = f"(Clapper: {ours / speed:.2f} of it)"
        rows.append(f"{_row(other, speed, unit)}   {share}")
    return Figure(name=name, rows=tuple(rows))


def _row(name: str, speed: float, unit: str) -> str:
    return f"{name:<22} {speed:12,.0f} {unit}"
