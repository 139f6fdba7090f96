"""A landscape that drifts past, drawn from a prompt: the same words, the same view."""

import math
from hashlib import sha256
from random import Random

from PIL import Image

from bot.demo.hills import Hills
from bot.demo.palettes import Palette, asks_for_water, choose_palette, mixed
from bot.demo.sky import paint_sky
from bot.demo.water import Water

_DRIFT = 0.06
"""How far the sky moves during a film, in frame widths; hills move up to seven times as far."""
_HORIZON = 0.66
_NEAREST = 3
"""Number of the range with firs; the farthest is 0."""


class Scenery:
    """Sky, sun or moon, ranges of hills one before the other, and water when the prompt has any."""

    def __init__(self, prompt: str, size: tuple[int, int]) -> None:
        chance = Random(sha256(prompt.encode()).digest())
        palette = choose_palette(prompt, chance)
        self._size = size
        width, height = size
        self._margin = math.ceil(width * _DRIFT)
        self._sky = paint_sky((width + self._margin, height), palette, chance)
        self._water = Water(size, _HORIZON, palette, chance) if asks_for_water(prompt) else None
        self._hills = _ranges(size, palette, chance, by_water=self._water is not None)
        self._motes = _Motes(size, palette, chance)

    def frame(self, moment: float, seconds: float) -> Image.Image:
        """The picture at `moment` (0 to 1), which is `seconds` after the start."""
        left = self._margin * moment
        window = (left, 0.0, left + self._size[0], float(self._size[1]))
        frame = self._sky.resize(self._size, Image.Resampling.BILINEAR, box=window)
        for hills in self._hills:
            hills.draw_on(frame, moment)
        if self._water:
            self._water.draw_on(frame, seconds)
        self._motes.draw_on(frame, seconds)
        return frame


def _ranges(
    size: tuple[int, int], palette: Palette, chance: Random, *, by_water: bool
) -> list[Hills]:
    """The ranges from far to near; by the water only the far ones, down to the horizon."""
    count = 2 if by_water else _NEAREST + 1
    ranges = []
    for number in range(count):
        near = number / _NEAREST
        ranges.append(
            Hills(
                size,
                top=_HORIZON - 0.12 + 0.13 * number
                if not by_water
                else _HORIZON - 0.1 + 0.07 * number,
                rough=1 - near * 0.8,
                colour=mixed(palette.hills[0], palette.hills[1], near**0.8),
                mist=mixed(palette.sky[2], palette.hills[1], 0.25 + near * 0.7),
                speed=_DRIFT * (1.6 + number * 1.7),
                firs=number == _NEAREST,
                chance=chance,
            )
        )
    return ranges


class _Motes:
    """Specks of light that rise: dust in the sun, fireflies, snow that has not decided yet."""

    def __init__(self, size: tuple[int, int], palette: Palette, chance: Random) -> None:
        self._size = size
        radius = max(min(size) // 110, 2)
        self._specks = [
            (chance.random(), chance.random(), chance.uniform(0.5, 1.6), chance.random() * math.tau)
            for _ in range(26)
        ]
        glow = Image.radial_gradient("L").point([max(255 - v * 2, 0) for v in range(256)])
        self._glows = [glow.resize((radius * n, radius * n)) for n in (1, 2, 3)]
        self._colour = mixed(palette.light, (255, 255, 255), 0.4)

    def draw_on(self, frame: Image.Image, seconds: float) -> None:
        width, height = self._size
        for number, (x, y, speed, phase) in enumerate(self._specks):
            glow = self._glows[number % 3]
            sway = math.sin(seconds * speed + phase) * 0.012
            across = ((x + sway - seconds * 0.012 * speed) % 1.0) * width
            up = ((y - seconds * 0.018 * speed) % 1.0) * height
            shining = 0.35 + 0.3 * math.sin(seconds * 2.1 * speed + phase)
            mask = glow.point([round(v * shining) for v in range(256)])
            frame.paste(self._colour, (round(across), round(up)), mask)
