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


def test_as_many_images_as_the_model_takes_go_in_order() -> None:
    pictures = [OutgoingImage(mime="image/png", data=bytes([n])) for n in range(7)]

    content = json.loads(written(model(images=7), *pictures))["messages"][0]["content"]

    assert [part["image_url"]["url"] for part in content[1:]] == [
        picture.address() for picture in pictures
    ]


def test_several_images_inside_the_text_stand_in_order() -> None:
    last = OutgoingImage(mime="image/jpeg", url="https://media.example.com/in/harbour.jpg")
    frames = model(image_transport=ImageTransport.PROMPT, images=2, last_frame=True)

    (part,) = json.loads(written(frames, LINK, last))["messages"][0]["content"]

    assert part["text"] == f"{BOAT} https://media.example.com/in/harbour.jpg two boats race"


def test_a_name_for_images_is_used_with_an_image_only() -> None:
    veo = model(name="veo_t2v", image_name="veo_i2v")

    assert json.loads(written(veo))["model"] == "veo_t2v"
    assert json.loads(written(veo, BYTES))["model"] == "veo_i2v"


def test_a_name_for_images_is_not_used_when_none_is_sent() -> None:
    veo = model(name="veo_t2v", image_name="veo_i2v", image_transport=ImageTransport.NONE)

    assert json.loads(written(veo, BYTES))["model"] == "veo_t2v"


def test_fields_of_the_body_hold_what_was_chosen() -> None:
    config = {
        "seconds": "{seconds}",
        "label": "{seconds} s",
        "size": "{size}",
        "preset": "normal",
        "hints": ["{orientation}", {"ratio": "{ratio}"}],
        "sound": False,
    }
    grok = model(
        seconds=(6, 10),
        ratios=("16:9", "9:16"),
        sizes={"16:9": "1280x720", "9:16": "720x1280"},
        body={"config": config, "text": "{prompt}!"},
    )

    body = json.loads(written(grok, ratio="9:16", seconds=10, prompt="{seconds}"))

    assert body["config"] == {
        "seconds": 10,
        "label": "10 s",
        "size": "720x1280",
        "preset": "normal",
        "hints": ["portrait", {"ratio": "9:16"}],
        "sound": False,
    }
    assert body["text"] == "{seconds}!"


def test_fields_without_a_value_are_left_out() -> None:
    plain = model(
        body={
            "seconds": "{seconds}",
            "size": "about {size}",
            "config": {"ratio": "{ratio}"},
            "hints": ["{orientation}", "calm"],
            "empty": {},
            "nothing": [],
        }
    )

    body = json.loads(written(plain))

    assert list(body) == ["model", "messages", "stream", "hints", "empty", "nothing"]
    assert body["hints"] == ["calm"]


def test_own_words_stand_for_ratios_and_for_seconds() -> None:
    named = model(
        name="sora_video2{shape}{length}",
        ratios=("9:16", "16:9"),
        seconds=(10, 15),
        words={
            "shape": {"9:16": "", "16:9": "-landscape"},
            "length": {"10": "", "15": "-15s"},
            "frames": {"10": 240, "15": 360},
        },
        body={"frames": "{frames}"},
    )

    assert json.loads(written(named))["model"] == "sora_video2"
    longer = json.loads(written(named, ratio="16:9", seconds=15))
    assert (longer["model"], longer["frames"]) == ("sora_video2-landscape-15s", 360)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"stream": True}, {"stream": True}),
        ({"stream": False}, {}),
        ({"stream": False, "body": {"stream": False}}, {"stream": False}),
    ],
)
def test_stream_is_sent_left_out_or_denied(
    fields: dict[str, Any], expected: dict[str, bool]
) -> None:
    body = json.loads(written(model(**fields)))

    assert {name: value for name, value in body.items() if name == "stream"} == expected


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


TASK = {
    "prompt": "{prompt}",
    "images": "{images}",
    "orientation": "{orientation}",
    "duration": "{seconds}",
    "watermark": False,
}


def by_task(**fields: Any) -> VideoModel:
    offered: dict[str, Any] = {"seconds": (10, 15), "ratios": ("16:9", "9:16")}
    return model(id="sora-2", route="video/create", body=TASK, **offered, **fields)


def test_a_route_of_its_own_takes_its_fields_and_no_messages() -> None:
    assert written(by_task(image_transport=ImageTransport.URL), LINK, seconds=15) == (
        '{"model":"sora-2","prompt":"two boats race",'
        '"images":["https://media.example.com/in/boat.jpg"],'
        '"orientation":"landscape","duration":15,"watermark":false}'
    )


def test_a_route_of_its_own_without_images_has_no_field_for_them() -> None:
    assert written(by_task(), ratio="9:16") == (
        '{"model":"sora-2","prompt":"two boats race",'
        '"orientation":"portrait","duration":10,"watermark":false}'
    )


def test_one_image_may_be_a_field_of_its_own() -> None:
    veo = model(route="videos", body={"prompt": "{prompt}", "first": "{image}"})

    assert json.loads(written(veo, BYTES))["first"] == BYTES.address()


def test_braces_in_a_prompt_stay_the_members_own_on_another_route() -> None:
    body = json.loads(written(by_task(), prompt="{images} {seconds}"))

    assert body["prompt"] == "{images} {seconds}"
