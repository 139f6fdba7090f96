"""What a model is asked for beyond its means is refused before anything is charged."""

from typing import Any

import pytest

from bot.domain.continuation import Continuation
from bot.domain.errors import Refusal
from bot.domain.models import ImageTransport, VideoModel


def model(**fields: Any) -> VideoModel:
    return VideoModel(**{"id": "m", "label": "M", **fields})


@pytest.mark.parametrize(
    ("fields", "asked", "code"),
    [
        ({"ratios": ("1:1",)}, {"ratio": "16:9"}, "refusal-ratio"),
        ({"seconds": (4,)}, {"seconds": 8}, "refusal-seconds"),
        ({"image_transport": ImageTransport.NONE}, {"images": 1}, "refusal-no-image"),
        ({"images": 0}, {"images": 1}, "refusal-no-image"),
        ({"images": 2}, {"images": 3}, "refusal-images"),
        ({"image_required": True}, {"images": 0}, "refusal-image-required"),
        ({}, {"continues": True}, "refusal-continuation"),
    ],
)
def test_what_it_cannot_do_is_refused(
    fields: dict[str, Any], asked: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refusal) as caught:
        model(**fields).check(**{"ratio": None, "seconds": None, "images": 0, **asked})

    assert caught.value.code == code


def test_a_continued_video_takes_the_place_of_an_image() -> None:
    frames = model(image_required=True, continuation=Continuation.EXTEND)

    frames.check(ratio=None, seconds=None, images=0, continues=True)


def test_seven_images_are_taken_where_seven_are_allowed() -> None:
    model(images=7).check(ratio=None, seconds=None, images=7)
