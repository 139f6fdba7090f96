"""One range of hills of a landscape, moving past in front of what lies behind it."""

import math
from random import Random

from PIL import Image, ImageDraw

from bot.demo.palettes import Colour

_TALLEST = 0.1
"""Of the firs, in shorter sides of the frame."""
_FINE = 2
"""Outlines are drawn this much larger and reduced, so that their edges are soft."""


class Hills:
    """A silhouette whose colour fades into mist at its foot."""

    def __init__(
        self,
        size: tuple[int, int],
        *,
        top: float,
        rough: float,
        colour: Colour,
        mist: Colour,
        speed: float,
        firs: bool,
        chance: Random,
    ) -> None:
        self._width, height = size
        rise = 0.17 * min(size) / height
        headroom = _TALLEST * min(size) / height if firs else 0.0
        self._top = round(max(top - rise - headroom, 0) * height)
        self._height = height - self._top
        self._travel = self._width * speed
        whole = (self._width + math.ceil(self._travel) + 2, self._height)
        self._mask = _outline(
            whole, min(size), (headroom * height, rise * height), rough, chance, firs=firs
        )
        self._colours = _fading((self._width, self._height), colour, mist)

    def draw_on(self, frame: Image.Image, moment: float) -> None:
        """Put the range where it is at `moment`, 0 to 1."""
        left = self._travel * moment
        window = (left, 0.0, left + self._width, float(self._height))
        size = (self._width, self._height)
        mask = self._mask.resize(size, Image.Resampling.BILINEAR, box=window)
        frame.paste(self._colours, (0, self._top), mask)


def _fading(size: tuple[int, int], colour: Colour, mist: Colour) -> Image.Image:
    fall = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, mist), Image.new("RGB", size, colour), fall)


def _outline(
    size: tuple[int, int],
    scale: int,
    span: tuple[float, float],
    rough: float,
    chance: Random,
    *,
    firs: bool,
) -> Image.Image:
    width, height = size[0] * _FINE, size[1] * _FINE
    headroom, rise = span
    heights = _heights(size[0], scale, rough, chance)
    points = [
        (x * _FINE, (headroom + (1 - level) * rise) * _FINE) for x, level in enumerate(heights)
    ]
    mask = Image.new("L", (width, height))
    draw = ImageDraw.Draw(mask)
    draw.polygon([*points, (width, points[-1][1]), (width, height), (0, height)], fill=255)
    if firs:
        _plant(draw, points, scale * _FINE, chance)
    return mask.resize(size, Image.Resampling.BOX)


def _heights(width: int, scale: int, rough: float, chance: Random) -> list[float]:
    """0 to 1 for each column: long waves, and the ridges of mountains where it is rough."""
    waves = [
        (chance.uniform(0.7, 1.3) * octave / scale, chance.random() * math.tau, 0.62**n)
        for n, octave in enumerate((3, 6, 13, 27, 55, 110))
    ]
    total = sum(weight for *_, weight in waves)

    def level(x: int) -> float:
        height = 0.0
        for number, (pace, phase, weight) in enumerate(waves):
            wave = math.sin(x * pace + phase)
            ridge = 1 - 2 * abs(math.sin(x * pace / 2 + phase))
            smooth = weight * (1 if number < 2 else rough)  # noqa: PLR2004  # hills have long waves only
            height += smooth * (wave * (1 - rough) + ridge * rough)
        return 0.5 + 0.5 * height / total

    return [level(x) for x in range(width)]


def _plant(
    draw: ImageDraw.ImageDraw, points: list[tuple[int, float]], scale: int, chance: Random
) -> None:
    """Firs in groups along the ridge."""
    column = 0
    while column < len(points):
        x, y = points[column]
        _fir(draw, x, y, scale * chance.uniform(0.035, _TALLEST), chance)
        gap = chance.choice((0.012, 0.02, 0.03, 0.16)) * scale / _FINE
        column += max(round(gap * chance.uniform(0.7, 1.4)), 2)


def _fir(draw: ImageDraw.ImageDraw, x: float, y: float, tall: float, chance: Random) -> None:
    wide = tall * chance.uniform(0.2, 0.27)
    for step in range(4):
        low, high = y + tall * 0.05 - tall * 0.2 * step, y - tall * (0.38 + 0.2 * step)
        half = wide * (1 - step * 0.2)
        draw.polygon([(x - half, low), (x + half, low), (x, high)], fill=255)
