"""Draw rows of figures as SVG: `python -m bench.plots ROWS FOLDER`.

A row is a name, x and y. Every name becomes a picture of its own in FOLDER; `TITLES` says what
stands at its axes. Made by hand so that nobody needs a library for six lines.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from html import escape
from math import ceil, log10
from pathlib import Path

TITLES = {
    "cpu-per-job": ("Processor time for each job", "jobs, 20 a second", "ms"),
    "memory-per-job": ("Memory taken on for each job", "jobs, 20 a second", "KB"),
    "admission-beside-history": ("One admission", "entries in the ledger", "ms"),
    "first-answer-99": ("First answer, 99 of 100", "members in one instant", "ms"),
}
_WIDE, _HIGH = 560, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 24, 44, 48
_TICKS = 5

Point = tuple[float, float]


def rows(lines: Iterable[str]) -> dict[str, list[Point]]:
    """The points of each name, in order of x; other lines are passed over."""
    found: defaultdict[str, list[Point]] = defaultdict(list)
    for line in lines:
        name, *numbers = line.split() or [""]
        if len(numbers) == 2:
            found[name].append((float(numbers[0]), float(numbers[1])))
    return {name: sorted(points) for name, points in found.items()}


def drawn(name: str, points: Sequence[Point]) -> str:
    """One picture."""
    title, across, unit = TITLES.get(name, (name.replace("-", " "), "", ""))
    right, top = _round(max(x for x, _ in points)), _round(max(y for _, y in points))

    def place(x: float, y: float) -> tuple[float, float]:
        width, height = _WIDE - _LEFT - _RIGHT, _HIGH - _TOP - _BOTTOM
        return _LEFT + x / right * width, _HIGH - _BOTTOM - y / top * height

    spots = [place(*point) for point in points]
    parts = [
        _text(_LEFT, 24, title, weight="bold"),
        _text(_WIDE - _RIGHT, _HIGH - 10, across, "end"),
    ]
    for step in range(_TICKS + 1):
        x, y = place(0, top * step / _TICKS)
        parts.append(f'<path d="M{x:.0f} {y:.1f}H{_WIDE - _RIGHT}" stroke="#8886"/>')
        parts.append(_text(x - 8, y + 4, f"{top * step / _TICKS:,.10g} {unit}", "end"))
        x, y = place(right * step / _TICKS, 0)
        parts.append(_text(x, y + 18, f"{right * step / _TICKS:,.10g}", "middle"))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#5865F2" stroke-width="2"/>')
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#5865F2"/>' for x, y in spots]
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" width="{_WIDE}">\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n{inside}\n</svg>\n'
    )


def _text(x: float, y: float, said: str, anchor: str = "start", weight: str = "normal") -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-weight="{weight}"'
        f' font-family="sans-serif" font-size="13" fill="#222">{escape(said)}</text>'
    )


def _round(most: float) -> float:
    """A little more than `most`, such that a fifth of it is a number to read."""
    unit = 10.0 ** max(int(log10(most or 1)), 0) / 2
    return ceil((most or 1) / unit) * unit


def main() -> None:
    source, folder = map(Path, sys.argv[1:3])
    for name, points in rows(source.read_text("utf-8").splitlines()).items():
        (folder / f"{name}.svg").write_text(drawn(name, points), "utf-8")


if __name__ == "__main__":
    main()
