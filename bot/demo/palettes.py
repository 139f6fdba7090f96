"""The lights in which a landscape can be seen, and the words of a prompt that ask for one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One time of day: sky from top to horizon, the sun or moon, the hills from far to near."""

    sky: tuple[Colour, Colour, Colour]
    light: Colour
    hills: tuple[Colour, Colour]
    night: bool = False
    words: str = ""
    """English words that ask for it."""
    signs: str = ""
    """Chinese characters and emoji that ask for it."""


_PALETTES: Sequence[Palette] = (
    Palette(
        sky=((43, 32, 92), (196, 78, 122), (255, 184, 122)),
        light=(255, 236, 196),
        hills=((168, 82, 126), (30, 18, 52)),
        words="sunset|dusk|evening|dawn|sunrise|desert",
        signs="晚霞|日落|日出|黎明|黄昏|傍晚|夕阳|沙漠|🌅|🌇",
    ),
    Palette(
        sky=((10, 16, 48), (30, 50, 108), (92, 112, 168)),
        light=(240, 244, 255),
        hills=((58, 78, 136), (6, 10, 28)),
        night=True,
        words="night|midnight|moon|moonlight|moonlit|star|starry|space|galaxy|dream|neon",
        signs="夜|月|星|宇宙|太空|梦|霓虹|🌙|🌌|🚀|⭐|✨",
    ),
    Palette(
        sky=((58, 72, 104), (130, 150, 176), (222, 222, 222)),
        light=(250, 250, 246),
        hills=((132, 150, 174), (26, 36, 56)),
        words="rain|rainy|snow|snowy|winter|fog|foggy|mist|misty|storm",
        signs="雨|雪|冬|雾|❄|☔|⛄",
    ),
    Palette(
        sky=((22, 22, 46), (122, 40, 62), (246, 140, 74)),
        light=(255, 226, 164),
        hills=((140, 54, 60), (22, 10, 22)),
        words="fire|dragon|volcano|war|robot|autumn",
        signs="火|龙|战争|机器|秋|🔥|🐉|🌋|🤖",
    ),
    Palette(
        sky=((88, 54, 130), (214, 126, 170), (255, 218, 206)),
        light=(255, 246, 238),
        hills=((186, 122, 170), (58, 26, 74)),
        words="flower|blossom|cherry|love|cat|kitten",
        signs="樱|花|爱|猫|🌸|🐱|🐈",
    ),
    Palette(
        sky=((14, 54, 72), (46, 132, 132), (246, 214, 160)),
        light=(255, 244, 214),
        hills=((70, 138, 132), (6, 34, 40)),
        words="forest|jungle|tree|garden|tea|spring|library",
        signs="森林|树|花园|竹|春|茶|🌲|🌳",
    ),
    Palette(
        sky=((36, 108, 178), (118, 186, 220), (240, 240, 214)),
        light=(255, 252, 232),
        hills=((112, 166, 190), (14, 56, 62)),
        words="morning|day|sky|summer|river|mountain|harbour|harbor",
        signs="晨|早上|蓝天|夏|山|河|☀",
    ),
)
_WATER_WORDS = "sea|ocean|boat|ship|lake|river|water|wave|beach|rain|rainy|harbou?r|whale|fish|surf"
_WATER_SIGNS = "海|船|湖|河|水|浪|沙滩|雨|鲸|鱼|🌊|⛵|🐳|🐋"


def choose_palette(prompt: str, chance: Random) -> Palette:
    """The first light that the prompt asks for (hours come before things), else one by chance."""
    asked = (palette for palette in _PALETTES if _mentions(prompt, palette.words, palette.signs))
    return next(asked, None) or chance.choice(_PALETTES)


def asks_for_water(prompt: str) -> bool:
    """Whether the prompt plays by the water."""
    return _mentions(prompt, _WATER_WORDS, _WATER_SIGNS)


def _mentions(prompt: str, words: str, signs: str) -> bool:
    return re.search(rf"\b(?:{words})s?\b|{signs}", prompt, re.IGNORECASE) is not None


def mixed(one: Colour, other: Colour, part: float) -> Colour:
    """`one` at part 0, `other` at part 1."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue
