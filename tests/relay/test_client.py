"""The client against a real server: asks once, reads what comes, keeps its key to itself."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator

import httpx
import pytest
import stamina
from aiohttp import web

from bot.domain.errors import FailureKind, RelayFailure
from bot.domain.events import Completed, Event, Failed, Pending, Progress
from bot.net import relay_http
from bot.relay import RelayClient
from tests.relay.bodies import samples, sse
from tests.relay.loopback import Answer, Loopback, fixed, free_port, listening, media, stream

KEY = "key-4711-secret"
BODY = {"model": "sora-2", "messages": [{"role": "user", "content": "a boat"}], "stream": True}
VIDEO = "[watch](https://cdn.example/1.mp4)"


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with relay_http(silence_seconds=30) as client:
        yield client


def client(http: httpx.AsyncClient, base_url: str, *, silence: float = 30) -> RelayClient:
    return RelayClient(
        base_url=base_url, api_key=KEY, http=http, media=media(base_url), silence_seconds=silence
    )


async def told(relay: RelayClient, body: object = BODY) -> list[Event]:
    assert isinstance(body, dict)
    return [event async for event in relay.generate(body, prompt="a boat")]


async def failed(http: httpx.AsyncClient, answer: Answer) -> Failed:
    async with listening(answer) as relay:
        outcome = (await told(client(http, relay.url)))[-1]
    assert isinstance(outcome, Failed)
    return outcome


async def test_asks_another_route_and_then_for_its_task(http: httpx.AsyncClient) -> None:
    ticket = {"id": "t-5", "status": "pending", "status_update_time": 1764000000}
    done = {**ticket, "status": "completed", "video_url": "https://cdn.example/1.mp4"}
    answers = [ticket, done]

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(answers.pop(0))

    async with listening(answer) as relay:
        asking = client(http, relay.url).run({"model": "m"}, prompt="a boat", route="video/create")
        events = [event async for event in asking]

    assert [(asked.method, asked.path_qs) for asked in relay.asked] == [
        ("POST", "/v1/video/create"),
        ("GET", "/v1/video/query?id=t-5"),
    ]
    assert isinstance(events[-1], Completed)
    assert events[-1].video_urls == ("https://cdn.example/1.mp4",)


async def test_asks_as_the_reference_says(http: httpx.AsyncClient) -> None:
    async with listening(fixed(sse(VIDEO))) as relay:
        events = await told(client(http, relay.url))

    (asked,) = relay.asked
    assert (asked.method, asked.path) == ("POST", "/v1/chat/completions")
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.headers["Content-Type"] == "application/json"
    assert json.loads(relay.bodies[0]) == BODY
    assert isinstance(events[-1], Completed)


async def test_own_headers_win(http: httpx.AsyncClient) -> None:
    async with listening(fixed(sse(VIDEO))) as relay:
        headers = {"authorization": KEY, "X-Team": "red"}
        own = RelayClient(
            base_url=relay.url, api_key=KEY, http=http, media=media(relay.url), headers=headers
        )
        await told(own)

    assert relay.asked[0].headers.getall("Authorization") == [KEY]
    assert relay.asked[0].headers["X-Team"] == "red"


async def test_a_recorded_stream_ends_with_its_video(http: httpx.AsyncClient) -> None:
    body = next(body for body in samples() if body.name == "asyncdata-sora-t2v.sse")

    async with listening(fixed(body.data)) as relay:
        events = await told(client(http, relay.url))

    assert [type(event) for event in events].count(Completed) == 1
    assert isinstance(events[-1], Completed)
    assert events[-1].video_url == body.expected["video_url"]


async def test_relative_videos_are_the_relays_own(http: httpx.AsyncClient) -> None:
    async with listening(fixed(sse("[Download](/files/1.mp4)"))) as relay:
        outcome = (await told(client(http, relay.url)))[-1]

    assert isinstance(outcome, Completed)
    assert outcome.video_url == f"{relay.url}/files/1.mp4"


async def test_links_of_the_request_are_no_results(http: httpx.AsyncClient) -> None:
    url = {"url": "https://in.example/clip.mp4"}
    parts = [
        {"type": "text", "text": "see https://in.example/b.mp4"},
        {"type": "image_url", "image_url": url},
    ]
    body = {"model": "m", "messages": [{"role": "user", "content": parts}]}

    async with listening(
        fixed(sse("https://in.example/clip.mp4 https://in.example/b.mp4"))
    ) as relay:
        outcome = (await told(client(http, relay.url), body))[-1]

    assert isinstance(outcome, Failed)


async def test_events_arrive_while_the_stream_is_open(http: httpx.AsyncClient) -> None:
    read = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = await stream(request)
        await response.write(sse("progress 10%\n", done=False))
        await read.wait()
        await response.write(sse(VIDEO))
        return response

    async with listening(answer) as relay:
        events = client(http, relay.url).generate(BODY, prompt="a boat")
        first = await anext(events)
        read.set()
        rest = [event async for event in events]

    assert first == Progress(percent=10)
    assert isinstance(rest[-1], Completed)


async def test_done_ends_it_though_the_connection_stays_open(http: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = await stream(request)
        await response.write(sse(VIDEO))
        await asyncio.Event().wait()
        return response

    async with listening(answer) as relay:
        events = await told(client(http, relay.url))

    assert isinstance(events[-1], Completed)


async def test_keep_alive_comments_hold_a_slow_stream_open(http: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = await stream(request)
        for _ in range(16):
            await response.write(b": keep-alive\n\n")
            await asyncio.sleep(0.2)
        await response.write(sse(VIDEO))
        return response

    async with listening(answer) as relay:
        events = await told(client(http, relay.url, silence=3))

    assert isinstance(events[-1], Completed)


async def test_silence_ends_as_timeout(http: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = await stream(request)
        await response.write(sse("queued\n", done=False))
        await asyncio.Event().wait()
        return response

    async with listening(answer) as relay:
        events = await told(client(http, relay.url, silence=0.2))

    assert isinstance(events[-1], Failed)
    assert events[-1].kind is FailureKind.TIMEOUT


async def test_silence_after_a_handle_is_pending(http: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = await stream(request)
        await response.write(sse("> Task ID: `abc-12345`\n", done=False))
        await asyncio.Event().wait()
        return response

    async with listening(answer) as relay:
        outcome = (await told(client(http, relay.url, silence=0.2)))[-1]

    assert isinstance(outcome, Pending)
    assert (outcome.kind, outcome.handle.task_id) == (FailureKind.TIMEOUT, "abc-12345")


async def test_silence_before_the_answer_is_timeout_and_asked_once(http: httpx.AsyncClient) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    async with listening(answer) as relay:
        outcome = (await told(client(http, relay.url, silence=0.2)))[-1]

    assert outcome == Failed(kind=FailureKind.TIMEOUT)
    assert len(relay.asked) == 1


@pytest.mark.parametrize(("text", "kind"), [("progress 10%\n", "truncated"), (VIDEO, None)])
async def test_a_break_in_the_middle(http: httpx.AsyncClient, text: str, kind: str | None) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = await stream(request)
        await response.write(sse(text, done=False))
        assert request.transport is not None
        request.transport.abort()
        return response

    async with listening(answer) as relay:
        outcome = (await told(client(http, relay.url)))[-1]

    assert len(relay.asked) == 1
    assert (outcome.kind.value if isinstance(outcome, Failed) else None) == kind


async def test_a_break_before_the_answer_is_not_asked_again(http: httpx.AsyncClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with listening(answer) as relay:
        outcome = (await told(client(http, relay.url)))[-1]

    assert outcome == Failed(kind=FailureKind.TRUNCATED)
    assert len(relay.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_refusal_is_not_asked_again(http: httpx.AsyncClient, status: int) -> None:
    async with listening(fixed(b"{}", status=status)) as relay:
        await told(client(http, relay.url))

    assert len(relay.asked) == 1


async def test_what_lets_in_is_repeated_to_nobody(http: httpx.AsyncClient) -> None:
    """A key in a header of its own, and in a note as well as in a reason."""
    said = (f"> Signing in by {KEY} and pass-4711\n\n", "> Failed: pass-4711 is no good\n")
    async with listening(fixed(sse(*said))) as relay:
        given = {"X-Pass": "Basic pass-4711"}
        asking = RelayClient(
            base_url=relay.url, api_key=KEY, http=http, media=media(relay.url), headers=given
        )
        events = [event async for event in asking.generate(BODY, prompt="a boat")]

    words = [event.note for event in events if isinstance(event, Progress)]
    words += [event.reason for event in events if isinstance(event, Failed)]
    assert "Signing in by … and …" in words
    assert [word for word in words if word and "4711" in word] == []


async def test_a_refused_key_is_auth_and_not_repeated_to_members(http: httpx.AsyncClient) -> None:
    error = {"error": {"message": f"Incorrect API key provided: {KEY}"}}

    outcome = await failed(http, fixed(json.dumps(error).encode(), status=401))

    assert outcome.kind is FailureKind.AUTH
    assert outcome.reason.startswith("Incorrect API key provided")
    assert KEY not in outcome.reason


async def test_a_web_page_is_never_shown(http: httpx.AsyncClient) -> None:
    outcome = await failed(
        http, fixed(b"<!doctype html><h1>Welcome</h1>", Content_Type="text/html")
    )

    assert outcome == Failed(kind=FailureKind.NOT_FOUND)


async def test_a_wrong_base_url_is_not_found(http: httpx.AsyncClient) -> None:
    outcome = await failed(http, fixed(b"404 page not found\n", status=404))

    assert (outcome.kind, outcome.reason) == (FailureKind.NOT_FOUND, "404 page not found")


async def test_retry_after_is_heard(http: httpx.AsyncClient) -> None:
    outcome = await failed(http, fixed(b"", status=429, Retry_After="17"))

    assert (outcome.kind, outcome.retry_after) == (FailureKind.RATE_LIMIT, 17)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed_and_the_key_stays(
    http: httpx.AsyncClient, status: int
) -> None:
    async with listening(fixed(sse(VIDEO))) as other:
        target = f"{other.url}/v1/chat/completions"
        outcome = await failed(http, fixed(b"", status=status, Location=target))

    assert other.asked == []
    assert (outcome.kind, outcome.reason) == (FailureKind.UPSTREAM, f"HTTP {status} → 127.0.0.1")


async def test_a_refused_connection_is_tried_three_times(http: httpx.AsyncClient) -> None:
    tries = 0

    async def count(_: httpx.Request) -> None:
        nonlocal tries
        tries += 1

    http.event_hooks = {"request": [count], "response": []}
    with stamina.set_testing(True, attempts=3):
        outcome = (await told(client(http, f"http://127.0.0.1:{free_port()}")))[-1]

    assert outcome == Failed(kind=FailureKind.UPSTREAM)
    assert tries == 3


async def test_a_connection_that_comes_late_is_used(http: httpx.AsyncClient) -> None:
    port = free_port()
    async with listening(fixed(sse(VIDEO))) as relay:

        async def move(request: httpx.Request) -> None:
            if request.headers.get("X-Tried") is None:
                request.headers["X-Tried"] = "yes"
            tried.append(request)
            if len(tried) > 1:
                request.url = request.url.copy_with(port=relay.port)

        tried: list[httpx.Request] = []
        http.event_hooks = {"request": [move], "response": []}
        with stamina.set_testing(True, attempts=3):
            outcome = (await told(client(http, f"http://127.0.0.1:{port}")))[-1]

    assert isinstance(outcome, Completed)
    assert len(relay.asked) == 1


async def test_compressed_answers_are_read_in_bounded_pieces(http: httpx.AsyncClient) -> None:
    async with listening(fixed(gzip.compress(sse(VIDEO)), Content_Encoding="gzip")) as relay:
        outcome = (await told(client(http, relay.url)))[-1]

    assert isinstance(outcome, Completed)
    assert relay.asked[0].headers["Accept-Encoding"] == "identity"


async def test_a_compression_bomb_ends_as_upstream(http: httpx.AsyncClient) -> None:
    bomb = gzip.compress(b"data: " + b"x" * (40 << 20))

    outcome = await failed(http, fixed(bomb, Content_Encoding="gzip"))

    assert outcome.kind is FailureKind.UPSTREAM


@pytest.mark.parametrize(("coding", "body"), [("gzip", b"no gzip"), ("br", b"x")])
async def test_unreadable_compression_ends_as_upstream(
    http: httpx.AsyncClient, coding: str, body: bytes
) -> None:
    outcome = await failed(http, fixed(body, Content_Encoding=coding))

    assert outcome.kind is FailureKind.UPSTREAM


async def gone(relay: Loopback, closed: asyncio.Event) -> None:
    async with asyncio.timeout(30):
        await closed.wait()


def endless(closed: asyncio.Event) -> Answer:
    """Talks until the other side hangs up."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = await stream(request)
        try:
            for number in range(100_000):
                await response.write(sse(f"step {number} of many\n", done=False))
                await asyncio.sleep(0.01)
        finally:
            closed.set()
        return response

    return answer


async def test_closing_early_hangs_up(http: httpx.AsyncClient) -> None:
    closed = asyncio.Event()
    async with listening(endless(closed)) as relay:
        events = client(http, relay.url).generate(BODY, prompt="a boat")
        await anext(events)

        await events.aclose()

        await gone(relay, closed)


async def test_cancelling_hangs_up_and_passes(http: httpx.AsyncClient) -> None:
    closed = asyncio.Event()
    async with listening(endless(closed)) as relay:
        task = asyncio.ensure_future(told(client(http, relay.url)))
        await relay.heard.wait()

        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task
        await gone(relay, closed)


async def test_each_event_may_be_asked_for_from_another_task(http: httpx.AsyncClient) -> None:
    async with listening(fixed(sse("progress 1%\n", "progress 2%\n", VIDEO))) as relay:
        events = client(http, relay.url).generate(BODY, prompt="a boat")
        found: list[Event] = []
        while event := await asyncio.ensure_future(anext(events, None)):
            found.append(event)

    assert isinstance(found[-1], Completed)


async def test_lists_models(http: httpx.AsyncClient) -> None:
    answer = b'{"object":"list","data":[{"id":"sora-2"},{"id":"veo3"},{"id":"sora-2"},{"no":1}]}'

    async with listening(fixed(answer)) as relay:
        names = await client(http, relay.url).models()

    assert names == ["sora-2", "veo3"]
    assert (relay.asked[0].method, relay.asked[0].path) == ("GET", "/v1/models")
    assert relay.asked[0].headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("body", [b'["sora-2"]', b'{"models":[{"name":"sora-2"}]}'])
async def test_lists_models_in_other_forms(http: httpx.AsyncClient, body: bytes) -> None:
    async with listening(fixed(body)) as relay:
        assert await client(http, relay.url).models() == ["sora-2"]


@pytest.mark.parametrize(("status", "body"), [(404, b""), (405, b"{}"), (501, b""), (200, b"{}")])
async def test_a_missing_list_is_none(http: httpx.AsyncClient, status: int, body: bytes) -> None:
    async with listening(fixed(body, status=status)) as relay:
        assert await client(http, relay.url).models() is None


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b'{"error":{"message":"bad key key-4711-secret"}}', FailureKind.AUTH),
        (200, b"<html>Welcome</html>", FailureKind.NOT_FOUND),
        (200, b'{"error":{"message":"invalid api key"}}', FailureKind.AUTH),
        (502, b"<html>Bad gateway</html>", FailureKind.UPSTREAM),
        (302, b"", FailureKind.UPSTREAM),
        (200, b"[" + b'"x",' * (2 << 20) + b'"x"]', FailureKind.UPSTREAM),
    ],
    ids=["401", "page", "200 error", "502", "redirect", "too long"],
)
async def test_a_refused_list_says_why(
    http: httpx.AsyncClient, status: int, body: bytes, kind: FailureKind
) -> None:
    async with listening(fixed(body, status=status)) as relay:
        with pytest.raises(RelayFailure) as failure:
            await client(http, relay.url).models()

    assert failure.value.kind is kind
    assert KEY not in failure.value.reason


async def test_a_list_that_nobody_gives_is_upstream(http: httpx.AsyncClient) -> None:
    with pytest.raises(RelayFailure) as failure:
        await client(http, f"http://127.0.0.1:{free_port()}").models()

    assert failure.value.kind is FailureKind.UPSTREAM


@pytest.mark.parametrize("url", ["ftp://x", "https://a:b@relay.example"])
async def test_a_wrong_address_is_refused_at_once(http: httpx.AsyncClient, url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        client(http, url)
