"""Asking for a task until it is over, against real servers."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing

import httpx
import pytest
from aiohttp import web

from bot.domain.errors import FailureKind
from bot.domain.events import Accepted, Completed, Event, Failed, Progress
from bot.domain.jobs import Handle
from bot.net import MediaClient, relay_http
from bot.relay import RelayClient
from bot.relay.polling import MAX_EMPTY, MAX_SILENT, MAX_UNKNOWN
from tests.net.loopback import Told
from tests.relay.bodies import percents, sse
from tests.relay.loopback import Answer, Loopback, listening, media, stream
from tests.relay.tasks import CHAT, SAMPLES, Route, Routes, asked, keys, page, sample, says

KEY = "key-4711-secret"
BEARER = f"Bearer {KEY}"
BODY = {"model": "m", "messages": [{"role": "user", "content": "a boat"}], "stream": True}
VIDEO = "https://cdn.example/9.mp4"
TICKET = {"id": "video_7", "object": "video", "status": "queued"}
GOING = {"id": "video_7", "object": "video", "status": "in_progress", "progress": 42}
DONE = {"id": "video_7", "object": "video", "status": "completed", "video_url": VIDEO}
HERE = "/v1/videos/video_7"


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with relay_http(silence_seconds=30) as client:
        yield client


def client(http: httpx.AsyncClient, relay: Loopback, *others: Loopback) -> RelayClient:
    origins = [each.url for each in (relay, *others)]
    return RelayClient(
        base_url=relay.url, api_key=KEY, http=http, media=media(*origins), poll_seconds=0.01
    )


async def told(relay: RelayClient) -> list[Event]:
    return [event async for event in relay.run(BODY, prompt="a boat")]


async def resumed(relay: RelayClient, handle: Handle) -> list[Event]:
    return [event async for event in relay.resume(handle)]


def routes(**more: Route) -> Routes:
    return Routes({CHAT: says(TICKET), **more})


def posts(relay: Loopback) -> int:
    return [request.method + request.path for request in relay.asked].count("POST" + CHAT)


FAMILIES: Mapping[str, tuple[str, str, list[str]]] = {
    "openai": (
        "openai-video-queued.json",
        "/v1/videos/video_0001example",
        ["openai-video-in_progress.json", "openai-video-completed.json"],
    ),
    "openai fails": (
        "openai-video-queued.json",
        "/v1/videos/video_0001example",
        ["openai-video-in_progress.json", "openai-video-failed.json"],
    ),
    "luma": (
        "runway-task-pending.json",
        "/luma/generations/5b0d2f3a-0000-4000-8000-000000000004",
        ["luma-task-processing.json", "luma-task-completed.json"],
    ),
    "source link": (
        "asyncdata-ack-only.sse",
        "/source/veo3.1-pro:7c1d2e3f-0000-4000-8000-0000000000aa",
        ["asyncdata-source-pending.json", "asyncdata-source-completed-escaped.json"],
    ),
    "source link fails": (
        "asyncdata-ack-only.sse",
        "/source/veo3.1-pro:7c1d2e3f-0000-4000-8000-0000000000aa",
        ["asyncdata-source-pending.json", "asyncdata-source-failed.json"],
    ),
    "polling url": (
        "apiyi-veo-submit.json",
        "/source/veo3:0006example",
        ["asyncdata-source-pending.json", "asyncdata-source-completed-escaped.json"],
    ),
    "written ticket": (
        "cherry-ack-text.json",
        "/v1/videos/video_0001example",
        ["openai-video-in_progress.json", "openai-video-completed.json"],
    ),
    "query": (
        "unified-query-pending.json",
        "/v1/video/query?id=sora-2:task_0005example",
        ["unified-query-pending.json", "unified-query-completed.json"],
    ),
    "generations": (
        "newapi-task-in_progress.json",
        "/v1/video/generations/task_0003example",
        ["newapi-task-in_progress.json", "newapi-task-success-resulturl.json"],
    ),
    "generations, older": (
        "newapi-task-in_progress.json",
        "/v1/video/generations/task_0003example",
        ["newapi-task-in_progress.json", "newapi-task-success-failreason.json"],
    ),
    "generations fail": (
        "newapi-task-in_progress.json",
        "/v1/video/generations/task_0003example",
        ["newapi-task-failure.json"],
    ),
    "envelope": (
        "task-envelope-pending.json",
        "/v1/video/generations/tsk_0004",
        ["task-envelope-pending.json", "newapi-task-success-resulturl.json"],
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
async def test_every_ticket_is_asked_for_at_its_place(http: httpx.AsyncClient, family: str) -> None:
    ticket, place, answers = FAMILIES[family]

    async with listening(Routes({})) as relay:
        turns = [sample(name, relay.url) for name in answers]
        relay.answer = Routes({CHAT: sample(ticket, relay.url), place: turns})
        events = await told(client(http, relay))

    expected, outcome = SAMPLES[answers[-1]].entry["expected"], events[-1]
    if expected["outcome"] == "error":
        assert isinstance(outcome, Failed)
        assert outcome.kind == expected["error"]
    else:
        assert isinstance(outcome, Completed)
        file = expected["video_url"] or f"{relay.url}/v1/videos/video_0001example/content"
        assert outcome.video_url == file.replace("https://media.example.com", relay.url)
    assert posts(relay) == 1
    assert asked(relay).count(f"GET {place}") == len(answers)
    ends = [event for event in events if isinstance(event, Completed | Failed)]
    assert ends == [outcome]


async def test_a_grsai_stream_that_breaks_is_asked_for_by_post(http: httpx.AsyncClient) -> None:
    going = {"id": "3-0000example", "results": None, "progress": 35, "status": "running"}
    line = {**going, "failure_reason": "", "error": ""}
    place = "/v1/draw/result"
    answer = Routes({CHAT: says(line), place: sample("grsai-result-poll.json")})

    async with listening(answer) as relay:
        events = await told(client(http, relay))

    assert isinstance(events[-1], Completed)
    assert events[-1].video_url == "https://media.example.com/file/grs0001.mp4"
    assert asked(relay) == [f"POST {place}"]
    assert relay.bodies[-1] == b'{"id": "3-0000example"}'
    assert keys(relay) == [BEARER]
    assert percents(events) == [35, 100]


async def test_a_printed_place_of_another_origin_never_sees_the_key(
    http: httpx.AsyncClient,
) -> None:
    source = "/source/veo3:0006example"
    there = Routes({source: sample("asyncdata-source-completed-escaped.json")})
    async with listening(there) as other:
        ticket = sample("apiyi-veo-submit.json", other.url)
        async with listening(Routes({CHAT: ticket})) as relay:
            events = await told(client(http, relay, other))

    assert isinstance(events[-1], Completed)
    assert (asked(other), keys(other)) == ([f"GET {source}"], [None])
    assert KEY not in str([(each.headers, each.path_qs) for each in other.asked])


async def test_a_redirect_to_another_origin_loses_the_key(http: httpx.AsyncClient) -> None:
    async with listening(Routes({"/state": says(DONE)})) as other:
        moved = says("", status=302, Location=f"{other.url}/state")
        async with listening(routes(**{HERE: moved})) as relay:
            events = await told(client(http, relay, other))

    assert isinstance(events[-1], Completed)
    assert keys(relay) == [BEARER]
    assert keys(other) == [None]


async def test_a_redirect_within_the_relay_keeps_the_key(http: httpx.AsyncClient) -> None:
    moved = says("", status=307, Location=f"{HERE}/")

    async with listening(routes(**{HERE: moved, f"{HERE}/": says(DONE)})) as relay:
        events = await told(client(http, relay))

    assert isinstance(events[-1], Completed)
    assert keys(relay) == [BEARER, BEARER]


async def test_private_places_are_not_asked(http: httpx.AsyncClient) -> None:
    async with listening(Routes({"/source/1234": says(DONE)})) as inside:
        ticket = {"task_id": "video_7", "status": "queued", "polling_url": f"{inside.url}/source/1"}
        named = {**ticket, "polling_url": "http://rebind.example/source/1"}
        guard = MediaClient(
            allowed_origins=["http://127.0.0.1:1"],
            max_bytes=1,
            timeout_seconds=5,
            resolver=Told(rebind_example=[["127.0.0.1"]]),
        )
        for each in (ticket, named):
            async with listening(Routes({CHAT: says(each)})) as relay:
                own = RelayClient(
                    base_url=relay.url, api_key=KEY, http=http, media=guard, poll_seconds=0.01
                )
                outcome = (await told(own))[-1]
            assert isinstance(outcome, Failed)

    assert inside.asked == []


async def test_a_stream_that_breaks_is_followed_by_its_printed_link(
    http: httpx.AsyncClient,
) -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        response = await stream(request)
        link = f"http://{request.host}/source/task_01kexample0000000000000001"
        ticket = f"> ID: `task_01kexample0000000000000001`\n>[原始数据]({link})\n> 进度 36..\n"
        await response.write(sse(ticket, done=False))
        assert request.transport is not None
        request.transport.abort()
        return response

    source = "/source/task_01kexample0000000000000001"
    pending = {"id": "task_01kexample0000000000000001", "status": "video_generating"}
    done = {**pending, "status": "completed", "video_url": VIDEO}
    answer = Routes({CHAT: broken, source: [says(pending), says(done)]})

    async with listening(answer) as relay:
        events = await told(client(http, relay))

    outcome = events[-1]
    assert isinstance(outcome, Completed)
    assert outcome.video_url == VIDEO
    assert "进度 36" in outcome.text
    assert asked(relay) == [f"GET {source}"] * 2
    assert posts(relay) == 1


async def test_what_is_known_of_progress_stays(http: httpx.AsyncClient) -> None:
    states = [
        says({**GOING, "progress": 10}),
        says({"id": "video_7", "object": "video", "status": "in_progress"}),
        says({**GOING, "progress": 40}),
        says({**GOING, "progress": 40}),
        says(DONE),
    ]

    async with listening(routes(**{HERE: states})) as relay:
        events = await told(client(http, relay))

    assert [event.percent for event in events if isinstance(event, Progress)][-2:] == [10, 40]


@pytest.mark.parametrize(
    "going",
    [
        {"status": "processing", "progress": 12},
        {"code": 0, "message": "ok", "data": {"status": "processing", "progress": 12}},
    ],
    ids=["bare", "in an envelope"],
)
async def test_a_place_need_not_repeat_the_id_of_its_task(
    http: httpx.AsyncClient, going: dict[str, object]
) -> None:
    elsewhere = LADDER[1].removeprefix("GET ")
    answer = Routes({elsewhere: [says(going)] * (2 * MAX_SILENT) + [says(DONE)]})

    async with listening(answer) as relay:
        events = await resumed(client(http, relay), Handle(task_id="job_77"))

    assert isinstance(events[-1], Completed)
    assert percents(events) == [12]
    assert asked(relay) == [*LADDER[:2], *[LADDER[1]] * (2 * MAX_SILENT)]
    (accepted,) = [event for event in events if isinstance(event, Accepted)]
    assert accepted.handle.poll_url == relay.url + elsewhere


async def test_not_ready_is_asked_again(http: httpx.AsyncClient) -> None:
    place = "/v1/videos/task_9/content"
    file = web.Response(body=b"\0\0\0\x18ftypisom", headers={"Content-Type": "video/mp4"})
    answer = Routes({place: [sample("newapi-content-not-ready-400.json")] * 2 + [file]})

    async with listening(answer) as relay:
        events = await resumed(client(http, relay), Handle(task_id="task_9", poll_url=place))

    assert isinstance(events[-1], Completed)
    assert events[-1].video_url == relay.url + place
    assert asked(relay) == [f"GET {place}"] * 3


async def test_a_finished_ticket_without_a_link_has_its_file_at_the_content_route(
    http: httpx.AsyncClient,
) -> None:
    done = {"id": "video_7", "object": "video", "status": "completed"}

    async with listening(Routes({CHAT: says(done)})) as relay:
        events = await told(client(http, relay))

    assert isinstance(events[-1], Completed)
    assert events[-1].video_urls == (f"{relay.url}{HERE}/content",)
    assert len(relay.asked) == 1


NAMELESS = {"id": "video_7", "object": "video", "status": "completed", "video_url": None}


@pytest.mark.parametrize("first", [TICKET, NAMELESS], ids=["queued", "done at once"])
async def test_a_finished_ticket_with_an_empty_place_for_its_link_is_asked_again(
    http: httpx.AsyncClient, first: dict[str, object]
) -> None:
    answer = Routes({CHAT: says(first), HERE: [says(NAMELESS)] * 2 + [says(DONE)]})

    async with listening(answer) as relay:
        events = await told(client(http, relay))

    assert isinstance(events[-1], Completed)
    assert events[-1].video_urls == (VIDEO,)
    assert asked(relay) == [f"GET {HERE}"] * 3


@pytest.mark.parametrize("empty", [NAMELESS, {"status": "completed", "video_url": ""}])
async def test_a_link_that_never_comes_leaves_the_content_route(
    http: httpx.AsyncClient, empty: dict[str, object]
) -> None:
    async with listening(routes(**{HERE: says(empty)})) as relay:
        events = await told(client(http, relay))

    assert isinstance(events[-1], Completed)
    assert events[-1].video_urls == (f"{relay.url}{HERE}/content",)
    assert asked(relay).count(f"GET {HERE}") == MAX_EMPTY


async def test_a_finished_ticket_that_no_place_knows_leaves_the_content_route(
    http: httpx.AsyncClient,
) -> None:
    async with listening(Routes({CHAT: says(NAMELESS)})) as relay:
        events = await told(client(http, relay))

    assert isinstance(events[-1], Completed)
    assert events[-1].video_urls == (f"{relay.url}{HERE}/content",)


async def test_a_place_that_gives_nothing_does_not_hide_the_one_that_knows(
    http: httpx.AsyncClient,
) -> None:
    answer = Routes(
        {
            "/v1/videos/job_77": says({"status": "success", "result": None}),
            "/v1/video/generations/job_77": says({**DONE, "id": "job_77"}),
        }
    )

    async with listening(answer) as relay:
        events = await resumed(client(http, relay), Handle(task_id="job_77"))

    assert isinstance(events[-1], Completed)
    assert events[-1].video_urls == (VIDEO,)


async def test_an_error_beside_an_empty_link_ends_the_task(http: httpx.AsyncClient) -> None:
    failed = {**NAMELESS, "error": {"message": "the renderer lost it"}}

    async with listening(routes(**{HERE: says(failed)})) as relay:
        outcome = (await told(client(http, relay)))[-1]

    assert isinstance(outcome, Failed)
    assert outcome.reason == "the renderer lost it"
    assert asked(relay) == [f"GET {HERE}"]


async def test_trouble_that_passes_is_survived(http: httpx.AsyncClient) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    trouble: list[web.Response | Answer] = [
        says(GOING),
        page(502),
        cut,
        says({"error": {"message": "slow down"}}, status=429, retry_after_ms="5"),
        page(200),
        page(403),
        says(""),
        says({"code": "fail_to_fetch_task", "message": "upstream"}, status=500),
        says(DONE),
    ]

    async with listening(routes(**{HERE: trouble})) as relay:
        events = await told(client(http, relay))

    assert isinstance(events[-1], Completed)
    assert asked(relay) == [f"GET {HERE}"] * len(trouble)


async def test_trouble_that_stays_ends_as_its_last_kind(http: httpx.AsyncClient) -> None:
    trouble = [says(GOING), says({"error": {"message": "no slot"}}, status=503)]

    async with listening(routes(**{HERE: trouble})) as relay:
        outcome = (await told(client(http, relay)))[-1]

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.reason) == (FailureKind.OVERLOADED, "no slot")
    assert outcome.handle.task_id == "video_7"
    assert len(asked(relay)) == 1 + MAX_SILENT


async def test_a_relay_that_is_down_is_not_asked_everywhere(http: httpx.AsyncClient) -> None:
    async with listening(Routes({})) as relay:
        gone = client(http, relay)

    outcome = (await resumed(gone, Handle(task_id="video_7")))[-1]

    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.UPSTREAM


LADDER = [
    "GET /v1/videos/job_77",
    "GET /v1/video/generations/job_77",
    "GET /v1/video/query?id=job_77",
    "GET /luma/generations/job_77",
    "GET /v1/luma/generations/job_77",
]


@pytest.mark.parametrize("step", range(len(LADDER)))
async def test_the_place_that_answers_is_kept(http: httpx.AsyncClient, step: int) -> None:
    place = LADDER[step].removeprefix("GET ")
    going = {"task_id": "job_77", "status": "running"}
    answer = Routes({place: [says(going), says({**going, "status": "success", "url": VIDEO})]})

    async with listening(answer) as relay:
        events = await resumed(client(http, relay), Handle(task_id="job_77"))

    assert asked(relay) == [*LADDER[: step + 1], LADDER[step]]
    accepted = [event for event in events if isinstance(event, Accepted)]
    assert [event.handle.poll_url for event in accepted] == [relay.url + place]
    assert isinstance(events[-1], Completed)


@pytest.mark.parametrize(
    "no", [(404, "Invalid URL"), (400, "task_not_exist"), (405, "no"), (200, "task not found")]
)
async def test_a_place_that_does_not_know_the_task_is_left(
    http: httpx.AsyncClient, no: tuple[int, str]
) -> None:
    refusal = says({"code": "task_not_exist", "message": no[1], "data": None}, status=no[0])
    answer = Routes(
        {
            "/v1/videos/job_77": refusal,
            "/v1/video/generations/job_77": page(200),
            "/v1/video/query": says({"id": "job_77", "status": "completed", "video_url": VIDEO}),
        }
    )

    async with listening(answer) as relay:
        events = await resumed(client(http, relay), Handle(task_id="job_77"))

    assert isinstance(events[-1], Completed)
    assert asked(relay) == LADDER[:3]


async def test_a_task_that_nobody_knows_is_lost(http: httpx.AsyncClient) -> None:
    async with listening(Routes({})) as relay:
        outcome = (await resumed(client(http, relay), Handle(task_id="job_77")))[-1]

    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.TRUNCATED
    assert asked(relay) == LADDER * MAX_UNKNOWN


async def test_a_task_may_become_known_late(http: httpx.AsyncClient) -> None:
    late = [says({"message": "task not found"}, status=404), says(DONE)]

    async with listening(routes(**{HERE: late})) as relay:
        outcome = (await told(client(http, relay)))[-1]

    assert isinstance(outcome, Completed)


async def test_a_lost_task_ends_as_its_stream_did(http: httpx.AsyncClient) -> None:
    ticket = {"id": "video_7", "object": "video", "status": "queued", "progress": 3}
    text = f"data: {ticket}\n\n".replace("'", '"')

    async def silent(request: web.Request) -> web.StreamResponse:
        response = await stream(request)
        await response.write(text.encode())
        await asyncio.Event().wait()
        return response

    async with listening(Routes({CHAT: silent})) as relay:
        impatient = RelayClient(
            base_url=relay.url,
            api_key=KEY,
            http=http,
            media=media(relay.url),
            silence_seconds=0.2,
            poll_seconds=0.01,
        )
        outcome = (await told(impatient))[-1]

    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.TIMEOUT


@pytest.mark.parametrize(("status", "kind"), [(401, "auth"), (402, "quota"), (403, "auth")])
async def test_a_refused_key_ends_at_once(http: httpx.AsyncClient, status: int, kind: str) -> None:
    refusal = says({"error": {"message": f"key {KEY} refused"}}, status=status)

    async with listening(routes(**{HERE: refusal})) as relay:
        outcome = (await told(client(http, relay)))[-1]

    assert isinstance(outcome, Failed)
    assert outcome.kind == kind
    assert KEY not in outcome.reason
    assert asked(relay) == [f"GET {HERE}"]


async def test_a_printed_link_that_wants_a_key_is_no_refusal_of_ours(
    http: httpx.AsyncClient,
) -> None:
    async with listening(Routes({"/source/video_7": says({"detail": "no"}, status=401)})) as other:
        ticket = {**TICKET, "polling_url": f"{other.url}/source/video_7"}
        async with listening(Routes({CHAT: says(ticket), HERE: says(DONE)})) as relay:
            events = await told(client(http, relay, other))

    assert isinstance(events[-1], Completed)
    assert keys(other) == [None]


async def test_a_stored_handle_is_all_that_is_needed(http: httpx.AsyncClient) -> None:
    ticket, place, answers = FAMILIES["luma"]
    answer = Routes({CHAT: sample(ticket), place: [sample(name) for name in answers]})

    async with listening(answer) as relay:
        handle = None
        async with aclosing(client(http, relay).run(BODY, prompt="a boat")) as events:
            async for event in events:
                if isinstance(event, Accepted):
                    handle = event.handle
                    break
        assert handle is not None
        again = await resumed(client(http, relay), handle)

    assert isinstance(again[-1], Completed)
    assert set(asked(relay)) == {f"GET {place}"}
    assert posts(relay) == 1


async def test_without_any_handle_there_is_nothing_to_ask(http: httpx.AsyncClient) -> None:
    async with listening(Routes({})) as relay:
        events = await resumed(client(http, relay), Handle(remix_id="s_1"))

    assert [type(event) for event in events] == [Failed]
    assert relay.asked == []


async def test_links_of_the_request_are_no_results_of_a_task(http: httpx.AsyncClient) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "https://in.example/1.mp4"}]}
    echo = {**DONE, "video_url": VIDEO, "source_url": "https://in.example/1.mp4"}

    async with listening(routes(**{HERE: says(echo)})) as relay:
        coming = client(http, relay).run(body, prompt="a boat")
        outcome = [event async for event in coming][-1]

    assert isinstance(outcome, Completed)
    assert outcome.video_urls == (VIDEO,)


async def test_a_failed_answer_without_a_task_is_not_asked_for(http: httpx.AsyncClient) -> None:
    async with listening(Routes({CHAT: sample("jimeng-error.sse")})) as relay:
        outcome = (await told(client(http, relay)))[-1]

    assert isinstance(outcome, Failed)
    assert len(relay.asked) == 1


async def test_cancelling_closes_the_question(http: httpx.AsyncClient) -> None:
    waiting, closed = asyncio.Event(), asyncio.Event()

    async def never(_: web.Request) -> web.StreamResponse:
        waiting.set()
        try:
            await asyncio.Event().wait()
        finally:
            closed.set()
        return web.Response()

    async with listening(routes(**{HERE: never})) as relay:
        task = asyncio.create_task(told(client(http, relay)))
        async with asyncio.timeout(20):
            await waiting.wait()
            task.cancel()
            await asyncio.wait({task})
            await closed.wait()

    assert task.cancelled()


async def test_a_relative_video_belongs_to_the_place_that_names_it(
    http: httpx.AsyncClient,
) -> None:
    done = {"status": "completed", "video_url": "/files/1.mp4"}
    async with listening(Routes({"/source/video_7": says(done)})) as other:
        ticket = {**TICKET, "polling_url": f"{other.url}/source/video_7"}
        async with listening(Routes({CHAT: says(ticket)})) as relay:
            outcome = (await told(client(http, relay, other)))[-1]

    assert isinstance(outcome, Completed)
    assert outcome.video_url == f"{other.url}/files/1.mp4"
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/source/video_7", outcome.handle.poll_url or "")
