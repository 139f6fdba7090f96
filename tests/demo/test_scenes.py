"""Backgrounds: each film moves, and the same prompt is the same view."""

import io

import pytest
from PIL import Image, ImageChops

from bot.demo.palettes import asks_for_water
from bot.demo.photo import Photo
from bot.demo.scenery import Scenery

SIZE = (160, 90)


def encoded(size: tuple[int, int], *, form: str = "PNG") -> bytes:
    held = io.BytesIO()
    Image.effect_mandelbrot(size, (-2, -1.2, 1, 1.2), 20).convert("RGB").save(held, form)
    return held.getvalue()


def differ(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is not None


@pytest.mark.parametrize("prompt", ["a quiet hill", "a boat at sea", "满天星星的夜", ""])
def test_a_landscape_moves(prompt: str) -> None:
    scenery = Scenery(prompt, SIZE)

    first, last = scenery.frame(0, 0), scenery.frame(1, 5)

    assert first.size == last.size == SIZE
    assert differ(first, last)


def test_other_prompts_see_other_landscapes() -> None:
    assert differ(Scenery("one", SIZE).frame(0, 0), Scenery("two", SIZE).frame(0, 0))


@pytest.mark.parametrize(
    ("prompt", "water"),
    [("paper boats", True), ("湖边", True), ("a train and a lakers jersey", False)],
)
def test_only_prompts_by_the_water_have_water(prompt: str, water: bool) -> None:
    assert asks_for_water(prompt) is water


@pytest.mark.parametrize("size", [(160, 90), (90, 160), (4000, 40), (40, 4000), (1, 1), (600, 600)])
def test_the_camera_stays_within_an_image_of_any_shape(size: tuple[int, int]) -> None:
    photo = Photo(encoded(size), SIZE)

    frames = [photo.frame(moment / 4, 0) for moment in range(5)]

    assert {frame.size for frame in frames} == {SIZE}


def test_the_camera_moves_across_an_image() -> None:
    photo = Photo(encoded((200, 300)), SIZE)

    assert differ(photo.frame(0, 0), photo.frame(1, 0))
