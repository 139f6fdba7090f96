"""Each scenario of the sample relay shows itself on the wire."""

import asyncio
import io
from collections.abc import AsyncIterator

import aiohttp
import av
import pytest

from bot.demo.relay import SampleRelay
from bot.demo.scenarios import Scenario
from tests.demo.wire import LINK, SMALL, ask, body, link_in, settled, source_in, text_of


@pytest.fixture
async def relay() -> AsyncIterator[SampleRelay]:
    words = {f"[{scenario}]": scenario for scenario in Scenario} | {"sora-cut": Scenario.CUT}
    async with SampleRelay(pace=0, film=SMALL, scenarios=words) as relay:
        yield relay


@pytest.mark.parametrize(
    ("scenario", "status", "said"),
    [
        (Scenario.HTML, 504, "Gateway Time-out"),
        (Scenario.ERROR, 500, "internal_server_error"),
        (Scenario.BUSY, 429, "已饱和"),
        (Scenario.QUOTA, 403, "insufficient_user_quota"),
        (Scenario.MODERATION, 400, "moderation_blocked"),
    ],
)
async def test_some_never_begin(
    relay: SampleRelay, client: aiohttp.ClientSession, scenario: Scenario, status: int, said: str
) -> None:
    url = f"{relay.base_url}/chat/completions"

    async with client.post(url, json=body(f"boat [{scenario}]")) as answer:
        text = (await answer.read()).decode("unicode_escape" if status == 429 else "utf-8")

    assert answer.status == status
    assert said in text
    assert answer.headers.get("Retry-After") == ("30" if scenario is Scenario.BUSY else None)


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (Scenario.LATE_MODERATION, "policies"),
        (Scenario.FAILED, "生成失败"),
        (Scenario.NO_VIDEO, "生成完成"),
    ],
)
async def test_some_end_cleanly_without_a_video(
    relay: SampleRelay, client: aiohttp.ClientSession, scenario: Scenario, said: str
) -> None:
    raw = await ask(client, relay, body(f"boat [{scenario}]"))

    assert said in text_of(raw)
    assert ".mp4" not in raw
    assert raw.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize("asked", [body("boat [cut]"), body("boat", model="sora-cut")])
async def test_a_cut_stream_leaves_a_task_that_is_finished_later(
    relay: SampleRelay, client: aiohttp.ClientSession, asked: dict[str, object]
) -> None:
    heard = b""
    url = f"{relay.base_url}/chat/completions"

    with pytest.raises(aiohttp.ClientPayloadError):  # noqa: PT012  # what came before counts
        async with client.post(url, json=asked) as answer:
            async for piece in answer.content.iter_any():
                heard += piece

    assert "进度 36" in heard.decode()
    assert b"[DONE]" not in heard
    told = await settled(client, source_in(heard.decode()))
    assert told["video_url"].endswith(".mp4")


async def test_a_ticket_is_all_that_comes_and_its_task_goes_on(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    raw = await ask(client, relay, body("boat [ticket]"))

    assert "生成中" not in raw
    assert raw.endswith("data: [DONE]\n\n")
    told = await settled(client, source_in(raw))
    assert told["video_url"].endswith(".mp4")


@pytest.mark.parametrize("scenario", [Scenario.SILENT, Scenario.STALLED])
async def test_some_never_end(
    relay: SampleRelay, client: aiohttp.ClientSession, scenario: Scenario
) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await ask(client, relay, body(f"boat [{scenario}]"))


@pytest.mark.parametrize(
    ("scenario", "status", "kind"),
    [(Scenario.EXPIRED, 403, "text/plain"), (Scenario.PAGE, 200, "text/html")],
)
async def test_some_links_hold_no_video(
    relay: SampleRelay,
    client: aiohttp.ClientSession,
    scenario: Scenario,
    status: int,
    kind: str,
) -> None:
    link = link_in(text_of(await ask(client, relay, body(f"boat [{scenario}]"))))

    async with client.get(link) as answer:
        assert (answer.status, answer.content_type) == (status, kind)


async def test_an_oversize_video_still_plays(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    link = link_in(text_of(await ask(client, relay, body("boat [oversize]"))))

    async with client.get(link) as answer:
        film = await answer.read()

    assert len(film) > 30 * 1024 * 1024
    with av.open(io.BytesIO(film), "r") as container:
        assert next(container.decode(video=0)).width == 160


@pytest.mark.parametrize(
    ("prompt", "count"),
    [("boat [several]", 3), ("5 variations of a boat [several]", 5), ("99 videos [several]", 12)],
)
async def test_several_videos_are_the_items_of_a_list(
    relay: SampleRelay, client: aiohttp.ClientSession, prompt: str, count: int
) -> None:
    text = text_of(await ask(client, relay, body(prompt)))

    links = LINK.findall(text)
    assert len(set(links)) == count
    assert [line[: line.index(".")] for line in text.splitlines()[-count:]] == [
        str(number) for number in range(1, count + 1)
    ]
    async with client.get(links[-1]) as answer:
        assert (answer.status, answer.content_type) == (200, "video/mp4")


async def test_of_several_videos_the_second_alone_can_be_bad(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    links = LINK.findall(text_of(await ask(client, relay, body("boat [several-expired]"))))

    statuses = []
    for link in links:
        async with client.get(link) as answer:
            statuses.append(answer.status)

    assert statuses == [200, 403, 200]


async def test_a_link_can_name_another_origin(
    relay: SampleRelay, client: aiohttp.ClientSession
) -> None:
    link = link_in(text_of(await ask(client, relay, body("boat [elsewhere]"))))

    assert link.startswith("http://127.0.0.1:9/cdn/")
