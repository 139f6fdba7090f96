"""Going on from an earlier video, in each of the ways that relays have."""

import json
from typing import Any

import pytest

from bot.domain.continuation import WHOLE_TEXT, Continuation, Earlier
from bot.domain.jobs import Handle
from bot.domain.models import ImageTransport, VideoModel
from bot.domain.requests import VideoRequest
from bot.relay import OutgoingImage, request_body

SID = "s_0123456789abcdef0123456789abcdef"
MEDIA = "0c1d2e3f-4a5b-6c7d-8e9f-0a1b2c3d4e5f"
TEXT = f'```json\n{{"prompt": "…"}}\n```\n\n> 生成完成 ✅\n> sid: {SID}\n\n[在线播放▶️](https://a.example/b.mp4)'
BYTES = OutgoingImage(mime="image/png", data=b"\x89PNG")
SENT = '{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw=="}}'


def model(way: Continuation, **fields: Any) -> VideoModel:
    return VideoModel(**{"id": "m", "label": "M", "continuation": way, **fields})


def earlier(text: str = TEXT, remix_id: str | None = SID, media_id: str | None = MEDIA) -> Earlier:
    handle = Handle(task_id="task_1", remix_id=remix_id, media_id=media_id)
    return Earlier(prompt="first prompt", text=text, handle=handle)


def written(
    model: VideoModel, *images: OutgoingImage, after: Earlier | None = None, **wish: Any
) -> str:
    request = VideoRequest(**{"prompt": "make it night", "model": model.id, **wish})
    body = request_body(model, request, images, after or earlier())
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def test_the_whole_earlier_answer_stands_between_the_prompts() -> None:
    sora = model(Continuation.TRANSCRIPT, id="sora-2")

    assert written(sora) == (
        '{"model":"sora-2","messages":[{"role":"user","content":"first prompt"},'
        f'{{"role":"assistant","content":{json.dumps(TEXT, ensure_ascii=False)}}},'
        '{"role":"user","content":"make it night"}],"stream":true}'
    )


def test_only_the_new_prompt_gets_the_words_of_the_template() -> None:
    worded = model(
        Continuation.TRANSCRIPT, prompt_template="{prompt} ({ratio})", ratios=("1:1", "9:16")
    )

    messages = json.loads(written(worded, ratio="9:16"))["messages"]

    assert [each["content"] for each in messages] == [
        "first prompt",
        TEXT,
        "make it night (9:16)",
    ]


def test_an_id_in_a_field_stands_before_stream() -> None:
    sora = model(Continuation.FIELD, name="sora2-landscape-10s")

    assert written(sora) == (
        '{"model":"sora2-landscape-10s","messages":[{"role":"user","content":"make it night"}],'
        f'"remix_target_id":"{SID}","stream":true}}'
    )


def test_the_field_may_have_another_name() -> None:
    other = model(Continuation.FIELD, continuation_field="source_video")

    assert json.loads(written(other))["source_video"] == SID


def test_an_id_in_the_prompt_comes_first() -> None:
    sora = model(Continuation.PROMPT, prompt_template="{prompt}, 4k")

    assert json.loads(written(sora))["messages"] == [
        {"role": "user", "content": f"{SID} make it night, 4k"}
    ]


def test_an_extension_is_an_address_and_has_a_model_of_its_own() -> None:
    veo = model(
        Continuation.EXTEND, name="veo_3_1_t2v_fast_landscape", continuation_name="veo_3_1_extend"
    )

    assert written(veo) == (
        '{"model":"veo_3_1_extend","messages":[{"role":"user","content":['
        '{"type":"text","text":"make it night"},'
        f'{{"type":"image_url","image_url":{{"url":"extend://{MEDIA}"}}}}]}}],"stream":true}}'
    )


def test_the_name_of_a_continuation_holds_what_was_chosen_and_wins_over_that_for_images() -> None:
    veo = model(
        Continuation.EXTEND,
        ratios=("16:9", "9:16"),
        words={"shape": {"16:9": "", "9:16": "_portrait"}},
        image_name="veo_i2v",
        continuation_name="veo_extend{shape}",
    )

    assert json.loads(written(veo, BYTES, ratio="9:16"))["model"] == "veo_extend_portrait"


def test_images_of_the_new_request_follow_what_is_extended() -> None:
    content = json.loads(written(model(Continuation.EXTEND), BYTES))["messages"][0]["content"]

    assert [part["type"] for part in content] == ["text", "image_url", "image_url"]
    assert content[1]["image_url"]["url"].startswith("extend://")
    assert content[2] == json.loads(SENT)


def test_an_image_inside_the_text_stands_before_the_id() -> None:
    url = OutgoingImage(mime="image/jpeg", url="https://media.example.com/in/boat.jpg")
    prompted = model(Continuation.PROMPT, image_transport=ImageTransport.PROMPT)

    content = json.loads(written(prompted, url))["messages"][0]["content"]

    assert content[0]["text"] == f"https://media.example.com/in/boat.jpg {SID} make it night"


@pytest.mark.parametrize(
    ("way", "missing"),
    [
        (Continuation.NONE, earlier()),
        (Continuation.TRANSCRIPT, earlier(text="")),
        (Continuation.TRANSCRIPT, earlier(text=" \n")),
        (Continuation.TRANSCRIPT, earlier(text="片" * (WHOLE_TEXT // 3 + 1))),
        (Continuation.FIELD, earlier(remix_id=None)),
        (Continuation.PROMPT, earlier(remix_id="")),
        (Continuation.EXTEND, earlier(media_id=None)),
    ],
)
def test_what_the_way_needs_must_be_there(way: Continuation, missing: Earlier) -> None:
    assert not model(way).can_continue(missing)

    with pytest.raises(ValueError, match="cannot continue"):
        written(model(way), after=missing)


@pytest.mark.parametrize(
    ("way", "enough"),
    [
        (Continuation.TRANSCRIPT, earlier(text="a" * WHOLE_TEXT, remix_id=None, media_id=None)),
        (Continuation.FIELD, earlier(text="", media_id=None)),
        (Continuation.PROMPT, earlier(text="", media_id=None)),
        (Continuation.EXTEND, earlier(text="", remix_id=None)),
    ],
)
def test_what_the_way_does_not_need_may_be_missing(way: Continuation, enough: Earlier) -> None:
    assert model(way).can_continue(enough)


def test_the_earlier_answer_is_not_in_a_repr() -> None:
    assert "sid" not in repr(earlier())
