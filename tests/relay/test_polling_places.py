"""Where a task is asked for, how long the pauses are, and what an answer is worth."""

import json
from collections.abc import Mapping

import pytest

from bot.domain.jobs import Handle
from bot.relay.places import content_url, implied_url, places
from bot.relay.polling import Pace
from bot.relay.reading.tickets import read_ticket
from bot.relay.worth import Answered, Worth, worth_of
from tests.relay.bodies import reader

BASE = "https://relay.example/v1"
ROOT = "https://relay.example"


@pytest.mark.parametrize(
    ("ticket", "place"),
    [
        ({"id": "a1", "object": "video", "status": "queued"}, "/v1/videos/a1"),
        ({"id": "a1", "state": "pending", "video": None}, "/luma/generations/a1"),
        ({"id": "m:a1", "status": "pending", "enhanced_prompt": ""}, "/v1/video/query?id=m:a1"),
        (
            {
                "code": "success",
                "data": {"task_id": "a1", "status": "SUBMITTED", "fail_reason": ""},
            },
            "/v1/video/generations/a1",
        ),
        (
            {"id": "a1", "results": None, "status": "running", "failure_reason": ""},
            "/v1/draw/result",
        ),
        ({"task_id": "a1", "status": "queued"}, None),
        ({"id": "a/../b?c", "object": "video"}, "/v1/videos/a%2F..%2Fb%3Fc"),
        ({"id": "..", "object": "video"}, "/v1/videos/-"),
    ],
)
def test_the_shape_of_a_ticket_tells_its_place(
    ticket: Mapping[str, object], place: str | None
) -> None:
    read = read_ticket(ticket)

    url = implied_url(read.record, read.handle.task_id or "", BASE)

    assert url == (None if place is None else ROOT + place)


def test_without_a_shape_every_known_place_is_tried() -> None:
    urls = [place.url for place in places(Handle(task_id="a1"), BASE)]

    assert urls == [
        f"{BASE}/videos/a1",
        f"{BASE}/video/generations/a1",
        f"{BASE}/video/query?id=a1",
        f"{ROOT}/luma/generations/a1",
        f"{BASE}/luma/generations/a1",
    ]


@pytest.mark.parametrize(
    ("printed", "first"),
    [
        ("/source/a1", f"{ROOT}/source/a1"),
        ("https://other.example/source/a1", "https://other.example/source/a1"),
        (f"{BASE}/video/query?id=a1", f"{BASE}/video/query?id=a1"),
    ],
)
def test_the_handles_own_place_comes_first_and_once(printed: str, first: str) -> None:
    urls = [place.url for place in places(Handle(task_id="a1", poll_url=printed), BASE)]

    assert urls[0] == first
    assert len(set(urls)) == len(urls)


def test_a_malformed_address_is_no_place() -> None:
    assert places(Handle(poll_url="http://[1::2/x"), BASE) == []


def test_a_result_route_is_posted_the_id() -> None:
    handle = Handle(task_id="a1", poll_url=f"{BASE}/draw/result")

    ways = {place.url: place.posted_id for place in places(handle, BASE)}

    assert ways.pop(f"{BASE}/draw/result") == "a1"
    assert set(ways.values()) == {None}


@pytest.mark.parametrize(
    ("asked", "file"),
    [
        (None, f"{BASE}/videos/a1/content"),
        (f"{BASE}/video/generations/a1", f"{BASE}/videos/a1/content"),
        (f"{ROOT}/api/videos/a1?x=1", f"{ROOT}/api/videos/a1/content"),
    ],
)
def test_the_file_lies_beside_the_place_that_was_asked(asked: str | None, file: str) -> None:
    assert content_url("a1", BASE, asked) == file


def test_pauses_grow_to_their_limit() -> None:
    pace = Pace(5, chance=lambda: 0.5)

    pauses = [pace.pause() for _ in range(20)]

    assert pauses[:3] == pytest.approx([5, 6, 7.2])
    assert pauses == sorted(pauses)
    assert pauses[-1] == 30


def test_pauses_are_spread() -> None:
    ends = [Pace(10, chance=lambda at=at: at).pause() for at in (0.0, 1.0)]  # type: ignore[misc]

    assert ends == pytest.approx([9, 11])


@pytest.mark.parametrize(("asked_for", "pause"), [(60, 60), (1, 5), (4000, 120), (None, 5)])
def test_a_relays_own_pause_is_heard(asked_for: float | None, pause: float) -> None:
    assert Pace(5, chance=lambda: 0.5).pause(asked_for) == pause


def test_an_interval_beyond_the_limit_stays_as_it_was_set() -> None:
    pace = Pace(90, chance=lambda: 0.5)

    assert [pace.pause(), pace.pause()] == [90, 90]


@pytest.mark.parametrize(
    ("status", "body", "worth"),
    [
        (200, {"id": "a1", "status": "running"}, Worth.GOING),
        (200, {"id": "a1", "status": "completed"}, Worth.FINAL),
        (200, {"id": "a1", "status": "failed"}, Worth.FINAL),
        (200, {"status": "error", "message": "task not found"}, Worth.ELSEWHERE),
        (200, {"code": -1, "msg": "任务不存在"}, Worth.ELSEWHERE),
        (200, {"code": 500, "message": "upstream busy", "data": None}, Worth.PASSING),
        (200, {}, Worth.PASSING),
        (200, {"code": -1, "msg": "insufficient credits"}, Worth.FINAL),
        (400, {"code": "task_not_exist", "message": "task_not_exist"}, Worth.ELSEWHERE),
        (400, {"id": "a1", "status": "failed", "error": "render broke"}, Worth.FINAL),
        (400, {"error": {"code": "moderation_blocked", "message": "no"}}, Worth.FINAL),
        (401, {"error": {"message": "no key"}}, Worth.FINAL),
        (404, {"status": "error", "message": "no such task"}, Worth.ELSEWHERE),
        (405, {}, Worth.ELSEWHERE),
        (429, {"error": {"message": "quota exceeded"}}, Worth.PASSING),
        (500, {"error": {"message": "boom"}}, Worth.PASSING),
        (501, {}, Worth.ELSEWHERE),
        (503, {"id": "a1", "status": "failed"}, Worth.PASSING),
    ],
)
def test_what_an_answer_is_worth(status: int, body: object, worth: Worth) -> None:
    assert worth_of(answered(status, body)) is worth


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_place_that_never_saw_the_key_may_refuse(status: int) -> None:
    refused = answered(status, {"error": {"message": "no"}}, own=False)

    assert worth_of(refused) is Worth.ELSEWHERE


def answered(status: int, body: object, *, own: bool = True) -> Answered:
    read = reader(status=status, kind="poll", content_type="application/json")
    for _ in read.feed(json.dumps(body).encode()):
        pass
    outcome = read.close()
    return Answered(status=status, outcome=outcome, ticket=read.ticket, page=False, own=own)
