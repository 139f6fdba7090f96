"""Water below the horizon of a landscape: a dark mirror with glints that come and go."""

import math
from random import Random

from PIL import Image, ImageDraw, ImageOps

from bot.demo.palettes import Palette, mixed


class Water:
    """Mirrors whatever the frame shows above the horizon."""

    def __init__(
        self, size: tuple[int, int], horizon: float, palette: Palette, chance: Random
    ) -> None:
        self._size = size
        self._horizon = round(size[1] * horizon)
        depth = size[1] - self._horizon
        deep = mixed(palette.sky[0], palette.hills[1], 0.6)
        self._tint = Image.new("RGB", (size[0], depth), deep)
        self._veil = Image.linear_gradient("L").resize((size[0], depth))
        self._veil = self._veil.point([70 + v * 110 // 255 for v in range(256)])
        self._light = mixed(palette.light, (255, 255, 255), 0.3)
        self._glints = [
            (
                chance.random(),
                chance.random() ** 1.4,
                chance.uniform(0.6, 1.8),
                chance.random() * 6.3,
            )
            for _ in range(110)
        ]

    def draw_on(self, frame: Image.Image, seconds: float) -> None:
        """Put the water into a picture; `seconds` moves its glints."""
        width, height = self._size
        depth = height - self._horizon
        shown = frame.crop((0, max(self._horizon - depth * 2, 0), width, self._horizon))
        mirror = ImageOps.flip(shown).resize((width, depth), Image.Resampling.BILINEAR)
        mirror.paste(self._tint, (0, 0), self._veil)
        frame.paste(mirror, (0, self._horizon))
        draw = ImageDraw.Draw(frame, "RGBA")
        for glint in self._glints:
            self._draw_glint(draw, glint, seconds)

    def _draw_glint(
        self, draw: ImageDraw.ImageDraw, glint: tuple[float, float, float, float], seconds: float
    ) -> None:
        across, down, pace, phase = glint
        width, height = self._size
        y = self._horizon + 2 + down * (height - self._horizon)
        swell = 0.5 + 0.5 * math.sin(seconds * pace * 1.7 + phase)
        half = width * (0.006 + 0.028 * down) * (0.4 + 0.6 * swell)
        x = ((across + seconds * 0.008 * pace * (0.4 + down)) % 1.0) * width
        thick = max(height * (0.0012 + 0.003 * down), 1)
        strength = round(70 * swell * (1 - down * 0.4))
        draw.ellipse((x - half, y, x + half, y + thick), (*self._light, strength))
