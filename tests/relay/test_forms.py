"""Answers in rarer forms: other dialects, tickets in envelopes, files under odd names."""

import json
from typing import Any

import pytest

from bot.domain.events import Completed, Failed, Pending
from bot.relay.reading.choice import MAX_VIDEOS
from bot.relay.reading.files import MAX_COPIES
from tests.relay.bodies import read, reader, sse, told

VIDEO = "https://cdn.example/1.mp4"
SAYS = f"[watch]({VIDEO})"

TEXTS: dict[str, Any] = {
    "legacy text": {"choices": [{"text": SAYS}]},
    "list of parts": {"choices": [{"message": {"content": [{"type": "text", "text": SAYS}]}}]},
    "video part": {
        "choices": [{"message": {"content": [{"type": "video_url", "video_url": {"url": VIDEO}}]}}]
    },
    "beside the text": {"choices": [{"message": {"content": "done", "video_url": VIDEO}}]},
    "beside the choices": {"choices": [{"message": {"content": "done"}}], "video": {"url": VIDEO}},
    "message alone": {"message": {"role": "assistant", "content": SAYS}, "done": True},
    "candidates": {"candidates": [{"content": {"parts": [{"text": SAYS}]}}]},
    "typed delta": {"type": "delta", "delta": SAYS},
    "text as json": {
        "choices": [{"message": {"content": json.dumps({"status": "ok", "url": VIDEO})}}]
    },
    "list of records": [{"choices": [{"message": {"content": SAYS}}]}],
}


@pytest.mark.parametrize("answer", TEXTS.values(), ids=TEXTS.keys())
def test_finds_the_video_in_any_form_of_chat(answer: object) -> None:
    _, outcome = read(reader(), [json.dumps(answer).encode()])

    assert isinstance(outcome, Completed)
    assert outcome.video_urls == (VIDEO,)


TICKETS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "output list": ({"id": "a1", "status": "succeeded", "output": [VIDEO]}, (VIDEO,)),
    "deep": (
        {"data": {"task_result": {"videos": [{"url": VIDEO}]}, "task_status": "succeed"}},
        (VIDEO,),
    ),
    "camel case": ({"jobId": "a1", "state": "FINISHED", "videoUrl": VIDEO}, (VIDEO,)),
    "content": ({"id": "a1", "status": "succeeded", "content": {"video_url": VIDEO}}, (VIDEO,)),
    "no extension": (
        {"id": "a1", "status": "completed", "url": "https://x.example/f"},
        ("https://x.example/f",),
    ),
    "no status": ({"video_url": VIDEO}, (VIDEO,)),
    "cover beside it": (
        {"status": "done", "cover_url": "https://x.example/c", "video_url": VIDEO},
        (VIDEO,),
    ),
    "request beside it": (
        {"status": "done", "request": {"video": "https://x.example/i.mp4"}, "url": VIDEO},
        (VIDEO,),
    ),
    "reply address beside it": (
        {"status": "done", "response_url": "https://x.example/r", "url": VIDEO},
        (VIDEO,),
    ),
    "best first": (
        {
            "status": "done",
            "video_url": VIDEO,
            "hd_url": "https://x.example/hd.mp4",
            "preview_url": "https://x.example/p.mp4",
        },
        ("https://x.example/hd.mp4", VIDEO, "https://x.example/p.mp4"),
    ),
    "several": (
        {"status": "done", "results": [{"url": VIDEO}, {"url": "https://x.example/2.mp4"}]},
        (VIDEO, "https://x.example/2.mp4"),
    ),
    "good news in detail": (
        {"id": "a1", "status": "completed", "code": 1, "message": "ready", "detail": "fine"},
        (),
    ),
    "error of an earlier try": (
        {"id": "a1", "status": "completed", "error": "attempt 1", "url": VIDEO},
        (VIDEO,),
    ),
    "download route": ({"id": "a1", "object": "video", "status": "completed"}, ()),
    "written": (
        "task_id: a1-2345\nstatus: completed\nvideo_url: https://cdn.example/1.mp4",
        (VIDEO,),
    ),
}


@pytest.mark.parametrize(("ticket", "urls"), TICKETS.values(), ids=TICKETS.keys())
def test_finds_the_files_of_a_finished_task(ticket: object, urls: tuple[str, ...]) -> None:
    body = sse(ticket) if isinstance(ticket, str) else json.dumps(ticket).encode()

    _, outcome = read(reader(kind="poll"), [body])

    assert isinstance(outcome, Completed)
    assert outcome.video_urls == urls


def test_copies_of_one_video_are_told_from_several_videos() -> None:
    ticket = {
        "status": "done",
        "video": {"url": VIDEO, "download_url": "https://x.example/raw.mp4"},
    }

    _, outcome = read(reader(kind="poll"), [json.dumps(ticket).encode()])

    assert isinstance(outcome, Completed)
    assert outcome.copies == ("https://x.example/raw.mp4",)


QUALITIES = [
    {"quality": "480p", "url": "https://x.example/480.mp4"},
    {"quality": "1080p", "url": "https://x.example/1080.mp4"},
]
ONE_VIDEO: dict[str, dict[str, Any]] = {
    "pieces beside it": {"video_url": VIDEO, "segments": ["https://x.example/s1.mp4"]},
    "earlier ones beside it": {"history": [{"video": "https://x.example/h.mp4"}], "video": VIDEO},
    "others beside it": {"data": {"url": VIDEO, "related_videos": [{"url": f"{VIDEO}?other"}]}},
    "beside it within a list": {
        "data": [{"url": VIDEO, "scenes": [{"url": "https://x.example/s1.mp4"}]}]
    },
}


@pytest.mark.parametrize("ticket", ONE_VIDEO.values(), ids=ONE_VIDEO.keys())
def test_a_list_beside_the_video_holds_no_further_ones(ticket: dict[str, Any]) -> None:
    _, outcome = read(reader(kind="poll"), [json.dumps({"status": "done", **ticket}).encode()])

    assert isinstance(outcome, Completed)
    assert outcome.videos == ((VIDEO,),)


@pytest.mark.parametrize("name", ["videos", "video_urls", "named_otherwise"])
def test_a_list_of_results_beside_one_of_them_holds_the_others_too(name: str) -> None:
    ticket = {"status": "done", "url": VIDEO, name: [VIDEO, "https://x.example/2.mp4"]}

    _, outcome = read(reader(kind="poll"), [json.dumps(ticket).encode()])

    assert isinstance(outcome, Completed)
    assert outcome.videos == ((VIDEO,), ("https://x.example/2.mp4",))


@pytest.mark.parametrize("sources", [QUALITIES, QUALITIES[::-1]])
def test_a_list_of_sizes_is_one_video_the_largest_first(sources: list[dict[str, str]]) -> None:
    _, outcome = read(
        reader(kind="poll"), [json.dumps({"status": "done", "sources": sources}).encode()]
    )

    assert isinstance(outcome, Completed)
    assert outcome.videos == (("https://x.example/1080.mp4", "https://x.example/480.mp4"),)


def test_the_video_that_was_sent_is_not_the_one_that_was_made() -> None:
    ticket = {"status": "done", "source_video": "https://x.example/in.mp4", "video": VIDEO}

    _, outcome = read(reader(kind="poll"), [json.dumps(ticket).encode()])

    assert isinstance(outcome, Completed)
    assert outcome.video_url == VIDEO


def test_of_one_video_only_the_best_links_are_kept() -> None:
    many = {f"mirror{number}_url": f"https://x.example/{number}.mp4" for number in range(4000)}
    ticket = {"id": "a1", "status": "done", **many, "hd_url": VIDEO}

    _, outcome = read(reader(kind="poll"), [json.dumps(ticket).encode()])

    assert isinstance(outcome, Completed)
    assert outcome.videos == ((VIDEO, *list(many.values())[: MAX_COPIES - 1]),)


def test_links_of_the_request_take_no_room_among_those_that_are_kept() -> None:
    sent = [f"https://x.example/{number}.mp4" for number in range(MAX_COPIES + 1)]
    ticket = {"status": "done", **{f"hd{i}_hd_url": url for i, url in enumerate(sent)}}

    _, outcome = read(
        reader(kind="poll", input_urls=sent), [json.dumps({**ticket, "url": VIDEO}).encode()]
    )

    assert isinstance(outcome, Completed)
    assert outcome.video_urls == (VIDEO,)


def test_of_thousands_of_videos_the_first_are_kept() -> None:
    urls = [f"https://x.example/{number}.mp4" for number in range(4000)]
    ticket = {"status": "done", "results": [{"url": url} for url in urls]}

    _, outcome = read(reader(kind="poll"), [json.dumps(ticket).encode()])

    assert isinstance(outcome, Completed)
    assert list(outcome.video_urls) == urls[:MAX_VIDEOS]


WAITING: dict[str, dict[str, Any]] = {
    "address in advance": {"id": "a1", "status": "processing", "video_url": VIDEO},
    "one step before the end": {
        "id": "a1",
        "status": "video_generation_completed",
        "video_url": VIDEO,
    },
    "unknown word": {"id": "a1", "status": "cooking"},
    "no word": {"task_id": "a1"},
    "number as id": {"task_id": 17, "status": "queued"},
    "last error of a retry": {"id": "a1", "status": "running", "error": "attempt 1 timed out"},
}


@pytest.mark.parametrize("ticket", WAITING.values(), ids=WAITING.keys())
def test_a_task_that_goes_on_is_pending(ticket: dict[str, Any]) -> None:
    _, outcome = read(reader(kind="poll"), [json.dumps(ticket).encode()])

    assert isinstance(outcome, Pending)
    assert outcome.handle.task_id == str(ticket.get("id") or ticket.get("task_id"))


@pytest.mark.parametrize(
    ("ticket", "kind", "reason"),
    [
        (
            {
                "code": 0,
                "message": "SUCCEED",
                "data": {"task_status": "failed", "task_status_msg": "risk"},
            },
            "generation_failed",
            "risk",
        ),
        (
            {"output": {"task_status": "FAILED", "message": "inappropriate content"}},
            "moderation",
            "inappropriate content",
        ),
        (
            {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}},
            "quota",
            "insufficient balance",
        ),
        ({"status": "succeeded", "results": []}, "no_result", ""),
        (
            {"id": "a1", "status": "completed", "error": {"message": "render lost"}},
            "upstream",
            "render lost",
        ),
    ],
)
def test_a_failed_task_says_why(ticket: object, kind: str, reason: str) -> None:
    _, outcome = read(reader(kind="poll"), [json.dumps(ticket).encode()])

    assert isinstance(outcome, Failed)
    assert (outcome.kind.value, outcome.reason) == (kind, reason)


def test_several_choices_are_several_videos() -> None:
    urls = [f"https://cdn.example/{number}.mp4" for number in range(3)]
    answer = {
        "choices": [{"index": i, "message": {"content": f"[v]({u})"}} for i, u in enumerate(urls)]
    }

    events, outcome = read(reader(), [json.dumps(answer).encode()])

    assert told(events, outcome)["video_urls"] == urls


def test_a_video_stays_one_though_another_choice_names_it_too() -> None:
    one, two = "https://cdn.example/1.mp4", "https://cdn.example/2.mp4"
    texts = [f"[v]({two}) [v]({one})", f"[v]({two})"]
    answer = {"choices": [{"message": {"content": text}} for text in texts]}

    _, outcome = read(reader(), [json.dumps(answer).encode()])

    assert isinstance(outcome, Completed)
    assert outcome.videos == ((one,), (two,))


def test_an_event_spread_over_several_lines_is_one() -> None:
    pretty = json.dumps({"choices": [{"delta": {"content": SAYS}}]}, indent=1)
    body = "".join(f"data: {line}\n" for line in pretty.splitlines()) + "\ndata: [DONE]\n\n"

    _, outcome = read(reader(), [body.encode()])

    assert isinstance(outcome, Completed)


def test_json_lines_may_become_events() -> None:
    _, outcome = read(reader(), [b'{"id":"a1","status":"queued"}\n' + sse(SAYS)])

    assert isinstance(outcome, Completed)


def test_documents_may_follow_each_other() -> None:
    first = json.dumps({"id": "a1", "status": "queued"}, indent=1)
    last = json.dumps({"id": "a1", "status": "completed", "url": VIDEO}, indent=1)

    _, outcome = read(reader(), [f"{first}\n{last}".encode()])

    assert isinstance(outcome, Completed)


def test_a_ticket_written_as_text_may_name_its_address_in_advance() -> None:
    _, outcome = read(reader(), [sse(f"task_id: a1-2345\nstatus: queued\nvideo_url: {VIDEO}")])

    assert isinstance(outcome, Pending)
    assert outcome.handle.task_id == "a1-2345"


def test_a_page_to_wait_at_is_asked_when_it_names_something_and_there_is_no_other_place() -> None:
    page, home = "https://x.example/p/8f14e45fceea1677", "https://x.example/live"

    _, asked = read(reader(), [sse(f"View progress: {page}\nFollow it: {home}\n")])
    _, silent = read(reader(), [sse(f"Follow it: {home}\n")])

    assert isinstance(asked, Pending)
    assert asked.handle.poll_url == page
    assert isinstance(silent, Failed)


HELP = "https://x.example/help/howto.mp4"
REAL = "https://cdn.example/o/9f8e7d6c5b4a3210"
BEHIND_A_FAILURE = {
    "help film": (f"❌ Generation failed. See how it works: {HELP}", "generation_failed"),
    "help film with a label": (f"❌ 生成失败 [使用教程]({HELP})", "generation_failed"),
    "its address alone": (f"❌ Generation failed.\n{HELP}", "generation_failed"),
    "page": (f"This was declined by our safety team. More here: {REAL}", "moderation"),
    "page with a label": (f"Error: heavy load.\n[Open]({REAL})", "overloaded"),
    "appeal": (
        "Declined by our safety team. Appeal here: https://x.example/appeal/ab12cd34ef56789",
        "moderation",
    ),
    "log in": (
        "Please sign in first: https://x.example/auth/start?state=ab12cd34ef56789",
        "no_result",
    ),
}


@pytest.mark.parametrize(("text", "kind"), BEHIND_A_FAILURE.values(), ids=BEHIND_A_FAILURE.keys())
def test_a_link_behind_a_failure_is_advice(text: str, kind: str) -> None:
    _, outcome = read(reader(), [sse(text)])

    assert isinstance(outcome, Failed)
    assert outcome.kind.value == kind


STILL_A_VIDEO = {
    "called one": f"⚠️ Error: upscaling failed.\nVideo: {REAL}",
    "file": f"⚠️ Upscaling failed.\n[Open]({REAL}.mp4)",
    "warned of": f"⚠️ The link lives 24 hours.\n[Open]({REAL})",
    "ahead of the words": f"[Open]({REAL})\n⚠️ In case of an error write to us.",
    "after a retry": f"Attempt failed, retrying (2 of 3)\n[Open]({REAL})",
    "after it went on": f"Error: no worker.\nGenerating 50%\n[Open]({REAL})",
    "moderation passed": f"Moderation passed\n[Open]({REAL})",
    "film with a word for help": f"[demo of a guide dog]({REAL}.mp4)",
}


@pytest.mark.parametrize("text", STILL_A_VIDEO.values(), ids=STILL_A_VIDEO.keys())
def test_a_failure_of_something_else_leaves_the_video(text: str) -> None:
    _, outcome = read(reader(), [sse(text)])

    assert isinstance(outcome, Completed)
