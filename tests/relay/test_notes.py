"""Notes are the relay's last meaningful line in plain words, or a state that is known."""

import pytest

from bot.domain.events import Accepted, Progress
from bot.relay.reading.notes import Notes
from tests.relay.bodies import read, reader, sse

PROMPT = "a paper boat drifting\ndown a rainy street"
NOTES = {
    "queued": ("> 排队中...", "queued"),
    "queue in words": ("> ⌛️ 任务正在队列中，请耐心等待...", "queued"),
    "queue in english": ("Your request is queued", "queued"),
    "running": ("\n> 生成中.....", "running"),
    "generating": ("Generating...", "running"),
    "progress": (">🏃 进度 36..", "running"),
    "bold progress": ("**Video Generation Progress**: 35% (running)", "running"),
    "uploading": ("上传首帧图片...", "uploading"),
    "upscaling": ("正在对视频进行超分辨率", "upscaling"),
    "upscaling in english": ("Upscaling to 4K", "upscaling"),
    "own words": ("✨ 初始化生成环境...", "初始化生成环境"),
    "markup": ("## **Warming up** the `camera`", "Warming up the camera"),
    "html": ("<b>Warming</b> up &amp; waiting", "Warming up & waiting"),
    "last of several steps": ("生成中.生成失败", "生成失败"),
    "long": ("word " * 100, "word " * 39 + "word…"),
    "retry": ("Generation failed, retrying (2 of 3)", "Generation failed, retrying (2 of 3)"),
    "link": ("[Watch](https://x.example/1.mp4)", None),
    "sentence with a link": ("see https://x.example/help for more", None),
    "introduces links": ("Track it here:", None),
    "id": ("> ID: `task_01k`", None),
    "task id": ("> 任务ID: `veo:1`", None),
    "sid": ("> sid: s_0123", None),
    "id inside": ("Published. Post ID: s_0123456789abcdef01", "Published"),
    "dots": ("......", None),
    "rule": ("---", None),
    "fence": ("```json", None),
    "data": ('{"prompt": "x"}', None),
    "member of data": ('  "prompt": "x",', None),
    "relative address": ("/v1/files/video?id=1", None),
    "prompt": ("> a paper boat drifting", None),
    "row of a table": ("| Size | 8.4 MB |", None),
    "spinner": ("⠋ Compositing", "Compositing"),
    "id in other words": ("ID da tarefa: `3f9c77ab12de`", None),
    "prompt inside": ("视频描述: down a rainy street", None),
}


@pytest.mark.parametrize(("line", "expected"), NOTES.values(), ids=NOTES.keys())
def test_says_what_a_line_tells(line: str, expected: str | None) -> None:
    assert Notes(PROMPT).note(line) == expected


def test_an_echo_with_a_percentage_of_its_own_is_no_step() -> None:
    assert Notes("a kite at 75% speed").note("Prompt: a kite at 75% speed") is None


SHORT = {
    "english": ("a cat", "Prompt: a cat"),
    "dash": ("a cat", "prompt - a cat"),
    "bold": ("a cat", "> **Prompt:** a cat"),
    "chinese": ("火箭发射失败", "提示词：火箭发射失败"),
    "with a colon": ("cat: run", "Prompt: cat: run"),
}


@pytest.mark.parametrize(("prompt", "line"), SHORT.values(), ids=SHORT.keys())
def test_a_short_prompt_behind_its_label_is_no_step(prompt: str, line: str) -> None:
    assert Notes(prompt).note(line) is None


def test_words_that_end_like_a_short_prompt_are_a_step() -> None:
    assert Notes("cat").note("Step 2: combing the cat") == "Step 2: combing the cat"


def test_tells_a_state_before_its_line_ends() -> None:
    subject = reader()

    events = list(subject.feed(sse("\n> 排队中", done=False)))

    assert events == [Progress(percent=None, note="queued")]


def test_says_nothing_again_while_only_dots_follow() -> None:
    subject = reader()
    list(subject.feed(sse("\n> 排队中", done=False)))

    assert not list(subject.feed(sse(".", ".", "...", done=False)))


def test_waits_for_the_end_of_a_line_that_comes_in_letters() -> None:
    events, _ = read(reader(), [sse(*"Warming up the camera\n")])

    assert events == [Progress(percent=None, note="Warming up the camera")]


def test_keeps_the_percentage_when_the_note_changes() -> None:
    events, _ = read(reader(), [sse("progress 95%\n", "saving the file\n")])

    assert events[-1] == Progress(percent=95, note="saving the file")


def test_tells_a_handle_the_moment_its_line_is_there() -> None:
    subject = reader()

    events = list(subject.feed(sse("> Task ID: `abc-12345`\n", done=False)))

    assert [event.handle.task_id for event in events if isinstance(event, Accepted)] == [
        "abc-12345"
    ]


def test_does_not_tell_half_an_id() -> None:
    subject = reader()

    first = list(subject.feed(sse("> Task ID: abc-1", done=False)))
    second = list(subject.feed(sse("2345\n", done=False)))

    assert not [event for event in first if isinstance(event, Accepted)]
    assert [event.handle.task_id for event in second if isinstance(event, Accepted)] == [
        "abc-12345"
    ]


HANDLES = {
    "backticks": ("> 任务ID: `veo3-pro:3f2b-01`\n", "task_id", "veo3-pro:3f2b-01"),
    "bold": ("**Task ID:** abc-12345\n", "task_id", "abc-12345"),
    "pipe": ("✅成功创建视频任务：8f0c|1d2e\n", "task_id", "8f0c|1d2e"),
    "prose": ("Your task 5f0c9a1be77d is being prepared\n", "task_id", "5f0c9a1be77d"),
    "a request's id is none": ("request id: 20261120000000000000\n", "task_id", None),
    "a word is none": ("Task: drifting\n", "task_id", None),
    "sid": ("> sid: `s_0123456789`\n", "remix_id", "s_0123456789"),
    "last one": ("sid: s_01\nsid: s_02\n", "remix_id", "s_02"),
    "in the echo": ('```json\n{"sid": "s_01"}\n```\n', "remix_id", None),
    "media id": ("<video src='/1.mp4' data-media-id='0c1d-2e3f'></video>", "media_id", "0c1d-2e3f"),
    "raw rather than page": (
        "[Data Preview](https://x.example/web/t1) | [Raw](https://x.example/source/t1)\n",
        "poll_url",
        "https://x.example/source/t1",
    ),
    "relative": ("[Task details](/tasks/t1)\n", "poll_url", "/tasks/t1"),
}


@pytest.mark.parametrize(("text", "field", "value"), HANDLES.values(), ids=HANDLES.keys())
def test_finds_handles_by_their_labels(text: str, field: str, value: str | None) -> None:
    _, outcome = read(reader(), [sse(text)])

    assert getattr(outcome.handle, field) == value
