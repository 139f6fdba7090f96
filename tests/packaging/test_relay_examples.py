"""Every example of a relay loads, and asks in the form that this relay documents."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.continuation import Earlier
from bot.domain.jobs import Handle
from bot.domain.models import ImageTransport, VideoModel
from bot.domain.requests import VideoRequest
from bot.relay import OutgoingImage, normalise_base_url, request_body
from bot.settings import Settings, load_settings
from bot.settings.load import CONFIG_NAME, SETTING_KEYS

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "examples").glob("*.toml"))
README = (ROOT / "README.md").read_text(encoding="utf-8")

PROMPT = "a paper boat drifting down a rainy street"
BOAT = "https://media.example.com/in/boat.jpg"
PNG = "data:image/png;base64,iVBORw=="
SID = "s_0123456789abcdef0123456789abcdef"
MEDIA = "0c1d2e3f-4a5b-6c7d-8e9f-0a1b2c3d4e5f"
ANSWER = f"> ID: `task_01`\n\n> 生成完成 ✅\n> sid: {SID}\n\n[在线播放▶️](https://a.example/b.mp4)"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in (CONFIG_NAME, *(key.upper() for key in SETTING_KEYS)):
        monkeypatch.delenv(name, raising=False)
    for path in FILES:
        for relay in tomllib.loads(path.read_text(encoding="utf-8"))["relays"].values():
            monkeypatch.setenv(relay["api_key_env"], "sk-example")
    return tmp_path


def settings_of(text: str) -> Settings:
    Path("clapper.toml").write_text(text, encoding="utf-8")
    return load_settings(for_="generate")


def example(name: str) -> Settings:
    return settings_of((ROOT / "examples" / f"{name}.toml").read_text(encoding="utf-8"))


def pictures(model: VideoModel, count: int) -> list[OutgoingImage]:
    if model.image_transport is ImageTransport.DATA:
        return [OutgoingImage(mime="image/png", data=b"\x89PNG")] * count
    return [OutgoingImage(mime="image/jpeg", url=BOAT)] * count


def asked(
    name: str, model_id: str, *, images: int = 0, after: Earlier | None = None, **wish: Any
) -> dict[str, object]:
    model = example(name).catalogue.get(model_id)
    request = VideoRequest(prompt=PROMPT, model=model.id, **wish)
    model.check(
        ratio=request.ratio,
        seconds=request.seconds,
        images=images,
        continues=after is not None,
    )
    return request_body(model, request, pictures(model, images), after)


def earlier() -> Earlier:
    handle = Handle(task_id="task_01", remix_id=SID, media_id=MEDIA)
    return Earlier(prompt="first prompt", text=ANSWER, handle=handle)


def turn(content: object, role: str = "user") -> dict[str, object]:
    return {"role": role, "content": content}


def parts(*addresses: str, text: str = PROMPT) -> list[object]:
    links = [{"type": "image_url", "image_url": {"url": each}} for each in addresses]
    return [{"type": "text", "text": text}, *links]


def chat(model: str, content: object = PROMPT, **extra: object) -> dict[str, object]:
    return {"model": model, "messages": [turn(content)], "stream": True, **extra}


def same(body: object, expected: object) -> bool:
    return json.dumps(body) == json.dumps(expected)  # the order of fields counts


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_is_whole(path: Path) -> None:
    settings = settings_of(path.read_text(encoding="utf-8"))

    assert settings.models
    assert {model.relay for model in settings.models} == set(settings.relays)
    for relay in settings.relays.values():
        assert normalise_base_url(relay.base_url)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_holds_no_key(path: Path) -> None:
    assert not re.search(r"sk-\w", path.read_text(encoding="utf-8"))


def test_all_examples_fit_into_one_file() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FILES]

    settings = settings_of("\n".join(texts))

    assert len(settings.relays) == len(FILES)
    assert len(settings.catalogue) == len(settings.models)


def test_the_readme_names_every_example() -> None:
    assert [path.name for path in FILES if f"examples/{path.name}" not in README] == []


def _all_combinations() -> Iterator[tuple[str, str, str | None, int | None]]:
    for path in FILES:
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["models"]:
            for ratio in entry.get("ratios", [None]):
                for seconds in entry.get("seconds", [None]):
                    yield path.stem, entry["id"], ratio, seconds


@pytest.mark.parametrize(("name", "model_id", "ratio", "seconds"), list(_all_combinations()))
def test_no_choice_leaves_a_place_open(
    name: str, model_id: str, ratio: str | None, seconds: int | None
) -> None:
    required = example(name).catalogue.get(model_id).image_required

    body = asked(name, model_id, images=int(required), ratio=ratio, seconds=seconds)

    assert not re.search(r"\{\w+\}|null|None", json.dumps(body))
    assert not re.search(r"[-_:]{2}|[-_:]$", str(body["model"]))


@pytest.mark.parametrize(
    ("name", "model_id"),
    [
        ("lngai", "lngai-sora-2"),
        ("xgapi", "xgapi-sora-2"),
        ("winfull", "winfull-sora-2"),
        ("juheapi", "juheapi-sora-2"),
    ],
)
class TestSoraInTheChatFormat:
    def test_words_alone(self, name: str, model_id: str) -> None:
        assert same(asked(name, model_id), chat("sora-2"))

    def test_a_picture(self, name: str, model_id: str) -> None:
        body = asked(name, model_id, images=1)

        assert same(body, chat("sora-2", parts(BOAT)))

    def test_going_on(self, name: str, model_id: str) -> None:
        body = asked(name, model_id, after=earlier())

        messages = [turn("first prompt"), turn(ANSWER, "assistant"), turn(PROMPT)]
        assert same(body, {"model": "sora-2", "messages": messages, "stream": True})


def test_lngai_tells_the_shape_in_words() -> None:
    body = asked("lngai", "lngai-sora-2-pro", ratio="9:16")

    assert same(body, chat("sora-2-pro", f"{PROMPT}\n\nAspect ratio 9:16 (portrait)."))


def test_xgapi_tells_the_shape_in_words() -> None:
    body = asked("xgapi", "xgapi-sora-2-wide")

    assert same(body, chat("sora-2", f"{PROMPT}\n\n横屏 16:9"))


def test_zzzzapi_has_the_picture_in_the_text_and_no_stream() -> None:
    body = asked("zzzzapi", "runway-video", images=1)

    content = [{"type": "text", "text": f"{BOAT} {PROMPT}"}]
    assert same(body, {"model": "runway-video", "messages": [turn(content)]})


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (0, chat("veo3")),
        (1, chat("veo3-frames", parts(BOAT))),
        (2, chat("veo3-frames", parts(BOAT, BOAT))),
    ],
)
def test_veo_over_chat(images: int, expected: object) -> None:
    assert same(asked("veo-chat", "veo3", images=images), expected)


def test_veo_over_chat_takes_a_picture_by_address() -> None:
    body = asked("veo-chat", "veo3-fast", images=1)

    assert same(body, chat("veo3-fast", parts(BOAT)))


@pytest.mark.parametrize(
    ("ratio", "seconds", "model"),
    [
        (None, None, "sora_video2"),
        ("16:9", None, "sora_video2-landscape"),
        (None, 15, "sora_video2-15s"),
        ("16:9", 15, "sora_video2-landscape-15s"),
    ],
)
def test_foaicmpl_has_all_in_the_name(ratio: str | None, seconds: int | None, model: str) -> None:
    body = asked("apiyi-laozhang", "sora-video2", ratio=ratio, seconds=seconds, images=1)

    assert same(body, chat(model, parts(PNG)))


def test_foaicmpl_has_first_and_last_frame() -> None:
    body = asked("apiyi-laozhang", "veo-3-1-fast", images=2)

    assert same(body, chat("veo-3.1-landscape-fast-fl", parts(PNG, PNG)))


def test_sora2api_takes_data_and_must_stream() -> None:
    body = asked("sora2api", "sora2api-sora-2", images=1, ratio="9:16", seconds=15)

    assert same(body, chat("sora2-portrait-15s", parts(PNG)))


def test_sora2api_goes_on_by_an_id_and_one_message() -> None:
    body = asked("sora2api", "sora2api-sora-2", after=earlier())

    assert same(
        body,
        {
            "model": "sora2-landscape-10s",
            "messages": [turn(PROMPT)],
            "remix_target_id": SID,
            "stream": True,
        },
    )


@pytest.mark.parametrize(
    ("images", "ratio", "expected"),
    [
        (0, None, chat("veo_3_1_t2v_fast_landscape")),
        (0, "9:16", chat("veo_3_1_t2v_fast_portrait")),
        (1, None, chat("veo_3_1_i2v_s_fast_fl", parts(PNG))),
        (2, "9:16", chat("veo_3_1_i2v_s_fast_portrait_fl", parts(PNG, PNG))),
    ],
)
def test_flow2api_has_a_model_for_each_kind(
    images: int, ratio: str | None, expected: object
) -> None:
    assert same(asked("flow2api", "veo-3-1-flow", images=images, ratio=ratio), expected)


@pytest.mark.parametrize(
    ("ratio", "model"), [("16:9", "veo_3_1_extend"), ("9:16", "veo_3_1_extend_portrait")]
)
def test_flow2api_extends(ratio: str, model: str) -> None:
    body = asked("flow2api", "veo-3-1-flow", after=earlier(), ratio=ratio)

    assert same(body, chat(model, parts(f"extend://{MEDIA}")))


def test_flow2api_takes_three_references() -> None:
    body = asked("flow2api", "veo-3-1-flow-references", images=3)

    assert same(body, chat("veo_3_1_r2v_fast", parts(PNG, PNG, PNG)))


def test_flow2api_has_lengths() -> None:
    body = asked("flow2api", "veo-3-1-flow-lite", seconds=4, ratio="9:16")

    assert same(body, chat("veo_3_1_t2v_lite_4s_portrait"))


def test_grok2api_has_a_configuration_and_up_to_seven_pictures() -> None:
    body = asked("grok2api", "grok-imagine-video", images=7)

    config = {"seconds": 6, "size": "1280x720", "resolution_name": "720p", "preset": "normal"}
    assert same(body, chat("grok-imagine-video", parts(*[PNG] * 7), video_config=config))


def test_qwen2api_has_the_ratio_as_size() -> None:
    body = asked("qwen2api", "qwen-video", ratio="9:16")

    assert same(body, chat("Qwen3-Omni-Flash-video", size="9:16"))


def test_jimeng_has_the_size_behind_the_name_and_the_length_in_words() -> None:
    body = asked("jimeng-free-api", "jimeng-video", images=2, ratio="9:16", seconds=10)

    content = parts(PNG, PNG, text=f"{PROMPT}\n\n10s")
    assert same(body, chat("jimeng-video-3.0:720x1280", content))
