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


def test_all_names_are_known_before_they_are_asked_for() -> None:
    veo = model(
        name="veo{shape}_{seconds}s",
        image_name="veo_i2v{shape}",
        continuation=Continuation.EXTEND,
        continuation_name="veo_extend",
        ratios=("16:9", "9:16"),
        seconds=(4, 8),
        words={"shape": {"16:9": "", "9:16": "_portrait"}},
    )

    assert veo.names() == (
        "veo_4s",
        "veo_8s",
        "veo_portrait_4s",
        "veo_portrait_8s",
        "veo_i2v",
        "veo_i2v_portrait",
        "veo_extend",
    )


def test_a_model_that_needs_an_image_has_no_name_without() -> None:
    assert model(name="t2v", image_name="i2v", image_required=True).names() == ("i2v",)


def test_a_plain_model_has_one_name() -> None:
    assert model().names() == ("m",)


def test_a_continued_video_takes_the_place_of_an_image() -> None:
    frames = model(image_required=True, continuation=Continuation.EXTEND)

    frames.check(ratio=None, seconds=None, images=0, continues=True)


def test_seven_images_are_taken_where_seven_are_allowed() -> None:
    model(images=7).check(ratio=None, seconds=None, images=7)
