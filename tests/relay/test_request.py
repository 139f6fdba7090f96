"""A wish becomes exactly the body that its family of relays documents."""

import json
from typing import Any

import pytest

from bot.domain.models import ImageTransport, VideoModel
from bot.domain.requests import VideoRequest
from bot.relay import OutgoingImage, request_body

BOAT = "https://media.example.com/in/boat.jpg"
LINK = OutgoingImage(mime="image/jpeg", url=BOAT)
BYTES = OutgoingImage(mime="image/png", data=b"\x89PNG")
SENT = '{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw=="}}'


def model(**fields: Any) -> VideoModel:
    return VideoModel(**{"id": "m", "label": "M", **fields})


def written(model: VideoModel, *images: OutgoingImage, **wish: Any) -> str:
    request = VideoRequest(**{"prompt": "two boats race", "model": model.id, **wish})
    return json.dumps(
        request_body(model, request, images), ensure_ascii=False, separators=(",", ":")
    )


def test_text_only_is_a_plain_string() -> None:
    sora = model(id="sora-2")

    body = written(sora, prompt="a paper boat drifting down a rainy street")

    assert body == (
        '{"model":"sora-2","messages":[{"role":"user",'
        '"content":"a paper boat drifting down a rainy street"}],"stream":true}'
    )


def test_an_image_by_url_is_a_part_behind_the_text() -> None:
    veo = model(id="veo3", image_transport=ImageTransport.URL)

    assert written(veo, LINK) == (
        '{"model":"veo3","messages":[{"role":"user","content":['
        '{"type":"text","text":"two boats race"},'
        '{"type":"image_url","image_url":{"url":"https://media.example.com/in/boat.jpg"}}]}],'
        '"stream":true}'
    )


def test_an_image_inside_the_text_stands_before_the_prompt() -> None:
    runway = model(id="runway-video", image_transport=ImageTransport.PROMPT, stream=False)

    assert written(runway, LINK) == (
        '{"model":"runway-video","messages":[{"role":"user","content":[{"type":"text",'
        '"text":"https://media.example.com/in/boat.jpg two boats race"}]}]}'
    )


def test_first_and_last_frame_are_two_parts_in_order() -> None:
    frames = model(id="veo_3_1_i2v_s_fast_fl", images=2)

    assert written(frames, BYTES, BYTES) == (
        '{"model":"veo_3_1_i2v_s_fast_fl","messages":[{"role":"user","content":['
        f'{{"type":"text","text":"two boats race"}},{SENT},{SENT}]}}],"stream":true}}'
    )


def test_extra_fields_follow() -> None:
    config = {"seconds": 6, "size": "1280x720"}

    body = written(model(id="grok", body={"video_config": config}))

    assert body.endswith('"stream":true,"video_config":{"seconds":6,"size":"1280x720"}}')


def test_a_model_without_images_gets_none() -> None:
    body = json.loads(written(model(image_transport=ImageTransport.NONE), LINK))

    assert body["messages"][0]["content"] == "two boats race"


def test_names_hold_what_was_chosen() -> None:
    named = model(name="sora2-{orientation}-{seconds}s", ratios=("16:9", "9:16"), seconds=(10, 15))

    assert json.loads(written(named, ratio="9:16", seconds=15))["model"] == "sora2-portrait-15s"


def test_defaults_fill_what_was_not_chosen() -> None:
    named = model(name="jimeng:{ratio}-{seconds}", ratios=("16:9", "9:16"), seconds=(10, 15))

    assert json.loads(written(named))["model"] == "jimeng:16:9-10"


def test_words_in_the_prompt_say_what_was_chosen() -> None:
    worded = model(prompt_template="{prompt} ({ratio}, {seconds} s)", ratios=("1:1",), seconds=(5,))

    content = json.loads(written(worded))["messages"][0]["content"]

    assert content == "two boats race (1:1, 5 s)"


def test_braces_in_a_prompt_are_the_members_own() -> None:
    worded = model(prompt_template="{prompt} {ratio}", ratios=("1:1",))

    content = json.loads(written(worded, prompt="{seconds} {prompt} {0} {"))["messages"][0][
        "content"
    ]

    assert content == "{seconds} {prompt} {0} { 1:1"


@pytest.mark.parametrize(
    ("ratio", "word"),
    [
        ("16:9", "landscape"),
        ("9:16", "portrait"),
        ("1:1", "square"),
        ("1280x720", "landscape"),
        ("2.39:1", "landscape"),
        ("wide", ""),
    ],
)
def test_orientation_follows_the_ratio(ratio: str, word: str) -> None:
    oriented = model(name="m-{orientation}", ratios=(ratio,))

    assert json.loads(written(oriented))["model"] == f"m-{word}"


def test_an_image_needs_bytes_or_an_address() -> None:
    with pytest.raises(ValueError, match="bytes or a URL"):
        written(model(), OutgoingImage(mime="image/png"))


def test_bytes_of_an_image_are_not_in_its_repr() -> None:
    assert "PNG" not in repr(BYTES)
