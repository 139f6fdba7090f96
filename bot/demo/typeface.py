"""Fonts for any script on a machine that has none: the ones that simcord's preview ships."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont

_NAMES = ("latin", "sc", "arabic", "hebrew", "devanagari")
_NOWHERE = "\U0010ffff"
"""Belongs to no script: every font draws its placeholder for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Neighbouring characters that one font can draw."""

    text: str
    font: Font

    @property
    def width(self) -> float:
        """Pixels."""
        return self.font.getlength(self.text)


def preview_fonts() -> Path | None:
    """The folder of simcord's fonts, when the `demo` extra is installed; imports nothing of it."""
    found = find_spec("simcord")
    places = found.submodule_search_locations if found else None
    return next((Path(place) / "preview" / "static" / "fonts" for place in places or ()), None)


class Typeface:
    """One weight and size across scripts; Pillow's own font when there are no files."""

    def __init__(self, size: int, *, weight: str = "Bold", folder: Path | None = None) -> None:
        fonts = [_open(path, size, weight) for path in _files(folder)]
        self._fonts: Sequence[Font] = fonts or [_built_in(size)]
        self._known: dict[str, Font | None] = {}

    def runs(self, text: str) -> Iterator[Run]:
        """The text by font, in order; characters that no font has are left out."""
        gathered, current = "", self._fonts[0]
        for character in text:
            font = current if character.isspace() else self._font_of(character, current)
            if font is not None and font is not current and gathered:
                yield Run(text=gathered, font=current)
                gathered = ""
            if font is not None:
                gathered, current = gathered + character, font
        if gathered:
            yield Run(text=gathered, font=current)

    def _font_of(self, character: str, current: Font) -> Font | None:
        joins = character in "\u200c\u200d" or 0x300 <= ord(character) < 0x370  # noqa: PLR2004  # combining marks
        if joins:
            return current
        if character not in self._known:
            able = (font for font in self._fonts if _has(font, character))
            self._known[character] = next(able, None)
        return self._known[character]


def _files(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    found = [sorted(folder.glob(f"noto-sans-{name}-v*.ttf")) for name in _NAMES]
    return [paths[-1] for paths in found if paths]


def _open(path: Path, size: int, weight: str) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(path), size)
    try:
        font.set_variation_by_name(weight)
    except (OSError, ValueError):  # a font with one weight, or a FreeType without variations
        return ImageFont.truetype(str(path), size)
    return font


def _built_in(size: int) -> Font:
    font = ImageFont.load_default(size)
    assert isinstance(font, Font)  # Pillow's wheels are all built with FreeType
    return font


def _has(font: Font, character: str) -> bool:
    try:
        return _picture(font, character) != _picture(font, _NOWHERE)
    except OSError:  # FreeType's "raster overflow": whole sentences in one letter, such as U+FDFD
        return False


def _picture(font: Font, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)
