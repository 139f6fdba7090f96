"""Titles: any script and emoji without fonts on the machine, wrapped, cut when too long."""

import pytest
from PIL import Image, ImageChops

from bot.demo.emoji import EmojiSheet
from bot.demo.title import Title
from bot.demo.typeface import Typeface, preview_fonts
from tests import hostile

SIZE = (480, 270)


def drawn(text: str) -> Image.Image:
    frame = Image.new("RGB", SIZE, "navy")
    Title(text, SIZE).draw_on(frame, 0.5)
    return frame


def lines(text: str) -> list[str]:
    return ["".join(line) for line in Title(text, SIZE).layout.lines]


def same(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is None


@pytest.mark.parametrize("text", ["boat", "纸船", "🎬", "Привет", "שלום", "مرحبا", "नमस्ते"])
def test_every_script_is_drawn(text: str) -> None:
    assert not same(drawn(text), drawn(""))


def test_different_characters_look_different() -> None:
    assert not same(drawn("纸"), drawn("船"))
    assert not same(drawn("🎬"), drawn("🌙"))


def test_emoji_keep_their_colours() -> None:
    red, green, _ = EmojiSheet().draw("❤", 40).convert("RGB").getpixel((20, 20))  # type: ignore[misc]  # an RGB pixel is a tuple

    assert red > 180
    assert green < 90


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a 🎬b", ["a ", "🎬", "b"]),
        ("👩🏽‍🚀", ["👩‍🚀"]),
        ("🏃🏿‍♀️", ["🏃"]),
        ("❤️🇨🇳", ["❤", "🇨🇳"]),
        ("1️⃣ 1", ["1⃣", " 1"]),
        ("plain", ["plain"]),
        ("", []),
    ],
)
def test_emoji_are_found_in_their_longest_form(text: str, parts: list[str]) -> None:
    assert EmojiSheet().split(text) == parts


def test_what_no_font_has_is_left_out() -> None:
    assert list(Typeface(20, folder=preview_fonts()).runs("\U0001fffe")) == []


def test_controls_that_reorder_text_are_left_out() -> None:
    assert lines("a\u202eb\u200b\x00c") == ["abc"]


def test_a_long_prompt_ends_with_an_ellipsis_on_the_third_line() -> None:
    found = lines("a slow walk through the old town " * 100)

    assert len(found) == 3
    assert found[-1].endswith("…")


@pytest.mark.parametrize("text", ["a" * 4000, "纸" * 4000, "🎬" * 2000, "ab " * 1300])
def test_no_line_is_wider_than_the_frame(text: str) -> None:
    title = Title(text, SIZE)

    widths = [title._width(line, title.layout.size) for line in title.layout.lines]

    assert len(widths) == 3
    assert max(widths) <= SIZE[0] * 0.93
    assert min(widths) > SIZE[0] * 0.6


def test_a_line_never_begins_with_a_closing_mark() -> None:
    found = lines("在雨后的小街上，纸船漂流。" * 3)

    assert len(found) > 1
    assert not any(line[0] in "，。" for line in found)


def test_without_the_fonts_latin_is_drawn_by_pillow_and_the_rest_left_out() -> None:
    runs = list(Typeface(20, folder=None).runs("boat 纸船"))

    assert "".join(run.text for run in runs) == "boat "


def test_the_fonts_are_found_without_importing_their_package() -> None:
    folder = preview_fonts()

    assert folder
    assert (folder / "noto-sans-sc-v2.004.ttf").is_file()


@pytest.mark.parametrize("kind", ["bidi", "controls", "zalgo", "wide letters", "half characters"])
def test_whatever_is_typed_becomes_a_few_lines(kind: str) -> None:
    shown = lines(hostile.TEXTS[kind])

    assert len(shown) <= 4
    assert [char for line in shown for char in line if char in "\x00\x1b\u202e\u200b"] == []
