"""The sample relay speaks like a sora chat relay, and its videos are there when it says so."""

import asyncio
import io
from base64 import b64encode
from functools import partial

import aiohttp
import pytest
from PIL import Image

from bot.demo.film import Film
from bot.demo.relay import SampleRelay
from bot.demo.scenarios import Scenario
from tests.demo.wire import (
    SMALL,
    ask,
    body,
    body_with_image,
    deltas,
    link_in,
    picture,
    settled,
    source_in,
    text_of,
)

TALL = "data:image/jpeg;base64," + b64encode(picture((90, 160))).decode()


async def test_the_stream_goes_from_the_role_to_the_link(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    raw = await ask(client, relay, body("纸船 in the rain"))

    text = text_of(raw)
    marks = ["```json", "纸船 in the rain", '"landscape"', "> ID: `task_", "[数据预览](",
             "[原始数据](", "> 排队中...", "> 生成中", ">🏃 进度 36..44..", "> 生成完成 ✅",
             "> sid: s_", "[在线播放▶️]("]  # fmt: skip
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)
    assert deltas(raw)[0] == {"role": "assistant", "content": ""}
    assert deltas(raw)[-1] == {}
    assert raw.endswith('"finish_reason": "stop"}]}\n\ndata: [DONE]\n\n')


async def test_the_video_is_there_when_the_link_is(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    link = link_in(text_of(await ask(client, relay, body("boat"))))

    async with client.get(link) as whole, client.get(link, headers={"Range": "bytes=4-7"}) as part:
        assert whole.content_type == "video/mp4"
        assert (await whole.read())[4:8] == b"ftyp"
        assert (part.status, await part.read()) == (206, b"ftyp")


async def test_a_plain_answer_holds_the_same_text(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    url = f"{relay.base_url}/chat/completions"

    async with client.post(url, json=body("boat", stream=False)) as answer:
        said = await answer.json()

    assert said["object"] == "chat.completion"
    assert link_in(said["choices"][0]["message"]["content"]).endswith(".mp4")


async def test_veo_never_says_a_percentage(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    text = text_of(await ask(client, relay, body("boat", model="veo3")))

    assert "进度" not in text
    assert link_in(text)


@pytest.mark.parametrize("key", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "é"}])
async def test_an_unknown_key_is_refused(relay: SampleRelay, key: dict[str, str]) -> None:
    url = f"{relay.base_url}/chat/completions"

    async with aiohttp.ClientSession() as stranger:
        answer = await stranger.post(url, json=body("boat"), headers=key)
        models = await stranger.get(f"{relay.base_url}/models", headers=key)

        assert (answer.status, models.status) == (401, 401)
        assert "无效的令牌" in (await answer.json())["error"]["message"]


async def test_models_are_listed(relay: SampleRelay, client: aiohttp.ClientSession) -> None:
    async with client.get(f"{relay.base_url}/models") as answer:
        listed = await answer.json()

    assert [model["id"] for model in listed["data"]] == ["sora-2", "sora-2-pro", "veo3"]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        (body("a FORBIDDEN dance"), 400, "moderation_blocked"),
        (body("boat", model="sora-9"), 503, "model_not_found"),
        ({"model": "sora-2", "messages": []}, 400, "invalid_request"),
        ({"messages": [{"role": "user", "content": "x"}]}, 400, "invalid_request"),
        ([], 400, "invalid_request"),
    ],
)
async def test_refusals_name_their_code(
    relay: SampleRelay, client: aiohttp.ClientSession, asked: object, status: int, code: str
) -> None:
    async with client.post(f"{relay.base_url}/chat/completions", json=asked) as answer:
        said = await answer.json()

    assert (answer.status, said["error"]["code"]) == (status, code)


async def test_what_is_no_json_is_refused(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    async with client.post(f"{relay.base_url}/chat/completions", data=b"\xff{") as answer:
        assert answer.status == 400


async def test_a_body_that_is_too_large_is_refused(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    too_much = io.BytesIO(b" " * (33 * 1024 * 1024))

    async with client.post(f"{relay.base_url}/chat/completions", data=too_much) as answer:
        assert answer.status == 413


@pytest.mark.parametrize(
    ("asked", "orientation"),
    [
        (body("boat", model="sora-2-portrait-8s"), "portrait"),
        (body("竖屏 纸船"), "portrait"),
        (body("boat, 1:1"), "square"),
        (body_with_image("boat", TALL), "portrait"),
        (body_with_image("boat", "data:image/jpeg;base64,!!"), "landscape"),
        (body_with_image("boat", "https://media.example.com/in/boat.jpg"), "landscape"),
    ],
)
async def test_the_orientation_comes_from_name_words_or_image(
    relay: SampleRelay, client: aiohttp.ClientSession, asked: dict[str, object], orientation: str
) -> None:
    text = text_of(await ask(client, relay, asked))

    assert f'"orientation": "{orientation}"' in text


async def test_an_image_on_this_machine_is_fetched_from_the_start_of_the_text(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    tall = link_in(text_of(await ask(client, relay, body("portrait"))))
    poster = tall.replace(".mp4", ".webp")

    text = text_of(await ask(client, relay, body(f"{poster} two boats race")))

    assert '"prompt": "two boats race"' in text
    assert '"orientation": "portrait"' in text


async def test_an_image_that_is_none_ends_as_a_failure(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    url = "data:image/png;base64," + b64encode(b"MZ no picture").decode()

    text = text_of(await ask(client, relay, body_with_image("boat", url)))

    assert "生成失败" in text
    assert ".mp4" not in text


async def test_it_remembers_what_it_was_asked(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    await ask(client, relay, body("boat"))
    await client.get(f"{relay.base_url}/models")

    assert [asked.path for asked in relay.posts] == ["/v1/chat/completions"]
    assert relay.posts[0].body == body("boat")
    assert relay.posts[0].headers["Authorization"] == "Bearer sk-demo"
    assert len(relay.requests) == 2


async def test_the_result_waits_at_the_gate(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    relay.gate.clear()
    asking = asyncio.create_task(ask(client, relay, body("boat")))
    await _until_asked(relay)

    assert not asking.done()
    relay.gate.set()

    assert link_in(text_of(await asking))


async def test_the_state_of_a_task_is_told_without_a_key(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    text = text_of(await ask(client, relay, body("boat")))
    source = source_in(text)

    async with aiohttp.ClientSession() as stranger, stranger.get(source) as answer:
        raw, told = await answer.text(), await answer.json()

    assert (told["status"], told["video_url"]) == ("completed", link_in(text))
    assert r"\/cdn\/" in raw


async def test_goes_on_from_what_it_said_before(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    red = "data:image/png;base64," + b64encode(picture(colour="red")).decode()
    said = text_of(await ask(client, relay, body_with_image("a boat", red)))
    turns = [
        {"role": "user", "content": "a boat"},
        {"role": "assistant", "content": said},
        {"role": "user", "content": "it sinks"},
    ]

    text = text_of(await ask(client, relay, body("it sinks") | {"messages": turns}))

    async with client.get(link_in(text).replace(".mp4", ".webp")) as answer:
        poster = Image.open(io.BytesIO(await answer.read())).convert("RGB")
    pixel = poster.getpixel((80, 10))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 200 > pixel[2]


@pytest.mark.parametrize("remix_id", ["s_" + "0" * 32, "", "nonsense"])
async def test_goes_on_from_nothing_else(
    relay: SampleRelay, client: aiohttp.ClientSession, remix_id: str
) -> None:
    url = f"{relay.base_url}/chat/completions"

    async with client.post(url, json=body("it sinks") | {"remix_target_id": remix_id}) as answer:
        assert answer.status == 400
        assert "remix target not found" in await answer.text()


@pytest.mark.parametrize("path", ["/source/task_0", "/cdn/20260101/x.mp4", "/cdn/1/..%2f..%2fx"])
async def test_unknown_tasks_and_files_are_not_found(
    relay: SampleRelay, client: aiohttp.ClientSession, path: str
) -> None:
    async with client.get(relay.origin + path) as answer:
        assert answer.status == 404


async def test_work_ends_when_its_client_leaves(client: aiohttp.ClientSession) -> None:
    async with SampleRelay(pace=0, film=partial(Film, seconds=600)) as relay:
        url = f"{relay.base_url}/chat/completions"
        async with client.post(url, json=body("boat")) as answer:
            source = await _source_in(answer)

        told = await settled(client, source)

    assert told["status"] == "cancelled"


async def test_closing_ends_streams_and_removes_films(client: aiohttp.ClientSession) -> None:
    async with SampleRelay(pace=0, film=SMALL, scenarios={"stall": Scenario.STALLED}) as relay:
        url = f"{relay.base_url}/chat/completions"
        answer = await client.post(url, json=body("stall"))
        await _source_in(answer)

    with pytest.raises(aiohttp.ClientError):
        await answer.read()
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.get(f"{relay.base_url}/models")


async def _until_asked(relay: SampleRelay) -> None:
    async with asyncio.timeout(30):
        while not relay.requests:  # noqa: ASYNC110  # a list has no event
            await asyncio.sleep(0.01)


async def _source_in(answer: aiohttp.ClientResponse) -> str:
    """Reads on until the link of the task's state came."""
    async for line in answer.content:
        if b"/source/" in line:
            return source_in(line.decode())
    raise AssertionError("no link")
