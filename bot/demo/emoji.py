"""Colour emoji as small pictures: Pillow cannot draw the outline format of today's emoji fonts.

`assets/emoji.webp` holds the tiles, `assets/emoji.txt` one line for each with the sequences it
stands for. They were rendered from Noto Color Emoji 2.051
(SIL OFL 1.1, `assets/emoji-license.txt`).
"""

import re
from functools import cached_property
from pathlib import Path

from PIL import Image

_ASSETS = Path(__file__).with_name("assets")
_TILE = 48
"""Pixels; every tile is a square."""
_UNSEEN = re.compile("\N{VARIATION SELECTOR-16}|[\U0001f3fb-\U0001f3ff]|\u200d[\u2640\u2642\u27a1]")
"""Colours of skin, genders and directions: the sheet has the plain form of each."""


class EmojiSheet:
    """Finds emoji in a text and draws them."""

    def __init__(self, folder: Path = _ASSETS) -> None:
        lines = (folder / "emoji.txt").read_text("utf-8").splitlines()
        self._path = folder / "emoji.webp"
        self._places = {name: place for place, line in enumerate(lines) for name in line.split()}

    def split(self, text: str) -> list[str]:
        """The text in order, each emoji (as `in` this sheet) apart."""
        return [part for part in self._pattern.split(_UNSEEN.sub("", text)) if part]

    def __contains__(self, text: str) -> bool:
        return text in self._places

    def draw(self, name: str, size: int) -> Image.Image:
        """One emoji, `size` pixels wide and high, with transparency."""
        row, column = divmod(self._places[name], self._sheet.width // _TILE)
        corner = (column * _TILE, row * _TILE)
        tile = self._sheet.crop((*corner, corner[0] + _TILE, corner[1] + _TILE))
        return tile.resize((size, size), Image.Resampling.LANCZOS)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._places, key=len, reverse=True)
        return re.compile(f"({'|'.join(map(re.escape, longest_first))})")

    @cached_property
    def _sheet(self) -> Image.Image:
        return Image.open(self._path).convert("RGBA")
