"""The prompt as a title: wrapped in any script, with emoji, over a soft shadow."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from PIL import Image, ImageDraw, ImageFilter

from bot.demo.emoji import EmojiSheet
from bot.demo.typeface import Typeface, preview_fonts

_LINES = 3
_ENOUGH = 600
"""Characters of a prompt that are looked at: three lines never hold as many."""
_SIZES = (0.092, 0.076, 0.062)
"""Letter heights to try, in shorter sides of the frame."""
_LINE_HEIGHT = 1.34
_EMOJI = 1.16
"""Width of an emoji in letter heights."""
_INK = (255, 255, 255)
_ELLIPSIS = "…"
_CJK = r"\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_CLOSING = r"，。！？、；：」』）》】”’…"
_OPENING = r"「『（《【“‘"
_UNITS = re.compile(
    rf"\s+|[{_OPENING}]*[{_CJK}][{_CLOSING}]*|[^\s{_CJK}]+[{_CLOSING}]*"  # where a line may end
)
_CONTROLS = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A title that was fitted: its lines, each a sequence of words and emoji."""

    size: int
    lines: Sequence[Sequence[str]]
    cut: bool
    """Whether words were left out."""


class Title:
    """Draws the title, and a line below it that shows how far the film is."""

    def __init__(self, text: str, size: tuple[int, int]) -> None:
        self._size = size
        self._emoji = EmojiSheet()
        self._margin = round(min(size) * 0.075)
        self._room = size[0] - 2 * self._margin
        self._faces: dict[int, Typeface] = {}
        self.layout = self._fit(" ".join(_CONTROLS.sub("", text[:_ENOUGH]).split()))
        self._top, self._picture = self._compose()

    def draw_on(self, frame: Image.Image, moment: float) -> None:
        """Put the title on a picture of the film; `moment` goes from 0 to 1."""
        frame.paste(self._picture, (0, self._top), self._picture)
        low = self._size[1] - round(self._margin * 0.62)
        thick = max(round(min(self._size) * 0.006), 2)
        here = self._margin + self._room * moment
        draw = ImageDraw.Draw(frame, "RGBA")
        right = self._margin + self._room
        draw.rounded_rectangle((self._margin, low, right, low + thick), thick, (255, 255, 255, 60))
        draw.rounded_rectangle(
            (self._margin, low, max(here, self._margin + thick), low + thick), thick, (*_INK, 230)
        )

    def _fit(self, text: str) -> Layout:
        units = list(self._units(text))
        tried = (self._wrap(units, round(min(self._size) * part)) for part in _SIZES)
        layout = next((found for found in tried if not found.cut), None)
        return layout or self._wrap(units, round(min(self._size) * _SIZES[-1]))

    def _units(self, text: str) -> Iterator[str]:
        for part in self._emoji.split(text):
            yield from [part] if part in self._emoji else _UNITS.findall(part)

    def _wrap(self, units: Sequence[str], size: int) -> Layout:
        lines: list[list[str]] = [[]]
        for unit in chain.from_iterable(self._pieces(unit, size) for unit in units):
            if self._width([*lines[-1], unit], size) > self._room and lines[-1]:
                if len(lines) == _LINES:
                    return Layout(size=size, lines=self._shortened(lines, size), cut=True)
                lines.append([])
            if lines[-1] or not unit.isspace():
                lines[-1].append(unit)
        return Layout(size=size, lines=[line for line in lines if line], cut=False)

    def _pieces(self, unit: str, size: int) -> Iterator[str]:
        """A word that is wider than the frame, in parts that are not."""
        while self._width([unit], size) > self._room and len(unit) > 1:
            fits = range(1, len(unit))
            end = next((n for n in fits if self._width([unit[: n + 1]], size) > self._room), 1)
            yield unit[:end]
            unit = unit[end:]
        yield unit

    def _shortened(self, lines: list[list[str]], size: int) -> list[list[str]]:
        last = lines[-1]
        while last and (last[-1].isspace() or self._width([*last, _ELLIPSIS], size) > self._room):
            last[-1:] = [last[-1][:-1]] if len(last) == 1 and len(last[0]) > 1 else []
        return [*lines[:-1], [*last, _ELLIPSIS]]

    def _face(self, size: int) -> Typeface:
        return self._faces.setdefault(size, Typeface(size, folder=preview_fonts()))

    def _width(self, line: Sequence[str], size: int) -> float:
        return sum(width for _, width in self._measured(line, size))

    def _measured(self, line: Sequence[str], size: int) -> Iterator[tuple[str, float]]:
        """Runs of text joined (letters of a word influence each other) and emoji, with widths."""
        for part in self._emoji.split("".join(line)):
            if part in self._emoji:
                yield part, size * _EMOJI
            else:
                yield part, sum(run.width for run in self._face(size).runs(part))

    def _compose(self) -> tuple[int, Image.Image]:
        """The shade below, the shadow, the letters; as high as they need, at the frame's foot."""
        width, height = self._size
        step = round(self.layout.size * _LINE_HEIGHT)
        text_height = step * len(self.layout.lines)
        shade_height = min(round(text_height * 1.5 + self._margin * 2.4), height)
        letters = Image.new("RGBA", (width, shade_height))
        first = shade_height - round(self._margin * 1.15) - text_height + round(step * 0.76)
        for number, line in enumerate(self.layout.lines):
            self._write(letters, line, first + number * step)
        return height - shade_height, _shaded(letters, self.layout.size)

    def _write(self, picture: Image.Image, line: Sequence[str], baseline: int) -> None:
        x = float(self._margin)
        size = self.layout.size
        for part, width in self._measured(line, size):
            if part in self._emoji:
                tile = self._emoji.draw(part, round(size * 1.1))
                picture.alpha_composite(
                    tile, (round(x + size * 0.03), round(baseline - size * 0.9))
                )
            else:
                self._write_runs(picture, part, x, baseline)
            x += width

    def _write_runs(self, picture: Image.Image, text: str, x: float, baseline: int) -> None:
        draw = ImageDraw.Draw(picture)
        for run in self._face(self.layout.size).runs(text):
            draw.text((x, baseline), run.text, fill=(*_INK, 255), font=run.font, anchor="ls")
            x += run.width


def _shaded(letters: Image.Image, size: int) -> Image.Image:
    """The letters over their own blurred shadow over a shade that grows towards the foot."""
    fall = Image.linear_gradient("L").resize(letters.size).point([v * v // 400 for v in range(256)])
    shadow = letters.getchannel("A").filter(ImageFilter.GaussianBlur(size * 0.16))
    shadow = shadow.point([min(v * 5 // 4, 190) for v in range(256)])
    ground = Image.new("RGBA", letters.size, (8, 10, 18, 255))
    ground.putalpha(fall)
    veil = Image.new("RGBA", letters.size, (8, 10, 18, 255))
    veil.putalpha(shadow)
    return Image.alpha_composite(Image.alpha_composite(ground, veil), letters)
