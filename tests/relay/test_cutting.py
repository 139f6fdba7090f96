"""However a body is cut, broken or spoilt: the same events, bounded memory, one outcome."""

import json
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.errors import FailureKind
from bot.domain.events import Completed, Failed, Pending
from bot.relay.reading.framing import MAX_BODY, MAX_EVENT
from tests.relay.bodies import Body, read, reader, samples, sse, told, unseen

pytestmark = pytest.mark.unmeasured

BODIES = [*samples(), *unseen()]
VIDEO = "[watch](https://cdn.example/v/1.mp4)"


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(edges)]


@settings(max_examples=300, deadline=None)
@given(body=st.sampled_from(BODIES), places=st.lists(st.integers(min_value=0), max_size=40))
def test_any_cutting_gives_the_same_events(body: Body, places: list[int]) -> None:
    whole = read(body.reader(), [body.data])

    assert read(body.reader(), cut(body.data, places)) == whole


@pytest.mark.parametrize("body", [pytest.param(body, id=body.name) for body in BODIES])
def test_single_bytes_give_the_same_events(body: Body) -> None:
    whole = read(body.reader(), [body.data])

    assert read(body.reader(), [bytes([byte]) for byte in body.data]) == whole


@settings(max_examples=100, deadline=None)
@given(
    body=st.sampled_from(BODIES),
    ends=st.sampled_from([b"\r\n", b"\r"]),
    places=st.lists(st.integers(0)),
)
def test_line_ends_of_every_kind_are_the_same(body: Body, ends: bytes, places: list[int]) -> None:
    other = body.data.replace(b"\r\n", b"\n").replace(b"\n", ends)

    assert read(body.reader(), cut(other, places)) == read(body.reader(), [body.data])


@settings(max_examples=400, deadline=None)
@given(pieces=st.lists(st.binary(max_size=200)), status=st.sampled_from([200, 200, 302, 400, 503]))
@example(pieces=[b"data: " + b"[" * 5000], status=200)
@example(pieces=[b"[" * 200_000], status=200)
@example(pieces=[b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n'], status=200)
@example(pieces=[b'{"progress": NaN}', b"\n", b'{"progress": 1e999}'], status=200)
@example(pieces=[b'{"id": ' + b"9" * 5000 + b"}"], status=200)
@example(pieces=[b"data: [1, null, [], {}]\n\n"], status=200)
@example(pieces=[b'{"choices": [null, 1, {"delta": 3}, {"message": []}]}'], status=200)
@example(pieces=[b"https://[bad/", b"data: x"], status=200)
def test_arbitrary_bytes_end_in_one_outcome(pieces: list[bytes], status: int) -> None:
    _, outcome = read(reader(status=status), pieces)

    assert isinstance(outcome, Completed | Pending | Failed)


TEXTS = st.text(st.sampled_from("`{}[]()<>!/:.%,\\\"' \n->abt1ö视频进度https=&;|#*_"), max_size=60)


@settings(max_examples=400, deadline=None)
@given(texts=st.lists(TEXTS, max_size=12), prompt=TEXTS)
@example(texts=["[a](https://[x)", "https://[::1", "<video src='//[x'>"], prompt="")
def test_arbitrary_text_ends_in_one_outcome_without_half_characters(
    texts: list[str], prompt: str
) -> None:
    events, outcome = read(reader(prompt=prompt), [sse(*texts)])

    assert isinstance(outcome, Completed | Pending | Failed)
    assert "\0" not in outcome.text
    repr((events, outcome)).encode()


EMPTY: st.SearchStrategy[object] = st.sampled_from([None, "", [], 0])
DELTAS = st.fixed_dictionaries(
    {
        "content": TEXTS
        | st.sampled_from(["\0", "\ud83d", "\ude80", "> Progress: 4", "2%\n"])
        | EMPTY
    },
    optional={
        "role": st.sampled_from(["assistant", None, 1]),
        "reasoning_content": TEXTS | EMPTY,
        "refusal": TEXTS | EMPTY,
        "tool_calls": EMPTY,
        "url": st.just("https://cdn.example/v/1.mp4"),
    },
)
CHOICES = st.fixed_dictionaries(
    {"delta": DELTAS},
    optional={"index": st.integers() | EMPTY, "finish_reason": st.just("error") | EMPTY},
)
CHUNKS = st.fixed_dictionaries(
    {"choices": st.lists(CHOICES, min_size=1, max_size=2)},
    optional={
        "id": st.sampled_from(["chatcmpl-1", "foaicmpl-1", None, 5, 10**30]),
        "usage": st.just({"total_tokens": 3}) | EMPTY,
        "error": st.just({"message": "busy"}) | EMPTY,
        "task_id": st.just("abc-123456"),
    },
)


@settings(max_examples=150, deadline=None)
@given(chunks=st.lists(CHUNKS, max_size=8), ascii_only=st.booleans())
def test_a_chunk_says_the_same_with_and_without_the_name_of_its_event(
    chunks: list[dict[str, object]], ascii_only: bool
) -> None:
    lines = [
        f"data: {json.dumps(chunk, ensure_ascii=ascii_only)}\n\n".encode("utf-8", "surrogatepass")
        for chunk in chunks
    ]
    named = [b"event: message\n" + line for line in lines]

    assert read(reader(), [b": hello\n\n", *named]) == read(reader(), [b": hello\n\n", *lines])


def test_joins_a_character_that_a_relay_cut_in_two() -> None:
    body = (
        b'data: {"choices":[{"delta":{"content":"boat \\ud83d"}}]}\n\n'
        b'data: {"choices":[{"delta":{"content":"\\ude80!"}}]}\n\ndata: [DONE]\n\n'
    )

    _, outcome = read(reader(), [body])

    assert outcome.text == "boat 🚀!"


def test_mends_a_line_too_long_to_be_looked_at_as_well() -> None:
    half = b'data: {"choices":[{"delta":{"content":"\\ud83d\\u0000!"}}]}\n\n'

    _, outcome = read(reader(), [sse("\n" + "x" * 20_000, done=False) + half])

    assert outcome.text.endswith("x\ufffd!")


@pytest.mark.parametrize("depth", [200, 400, 600, 800, 960, 20_000])
def test_data_nested_beyond_reason_is_passed_over(depth: int) -> None:
    nested = b'data: {"error": ' + b'{"a": ' * depth + b"0" + b"}" * depth + b"}\n\n"

    _, outcome = read(reader(), [nested + sse("nothing")])

    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.NO_RESULT


@pytest.mark.parametrize("depth", [100, 150, 5000])
def test_a_chunk_nested_beyond_reason_is_passed_over_however_it_is_cut(depth: int) -> None:
    first, rest = sse("Rendering 10%\n", done=False), b',"usage":' + b"[" * depth + b"]" * depth
    chunk = json.dumps({"choices": [{"delta": {"content": f"{VIDEO} 20%\n"}}]}).encode()
    body = first + b"data: " + chunk[:-1] + rest + b"}\n\ndata: [DONE]\n\n"

    whole = read(reader(), [body])

    assert read(reader(), [body[: len(first)], body[len(first) :]]) == whole
    assert isinstance(whole[1], Failed)


def test_reads_on_after_finish_reason() -> None:
    body = sse("soon").replace(b"data: [DONE]\n\n", b"")
    body += b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n' + sse(VIDEO)

    _, outcome = read(reader(), [body])

    assert isinstance(outcome, Completed)


def test_a_video_already_read_wins_over_a_cut() -> None:
    _, outcome = read(reader(), [sse(VIDEO, done=False)], cut=True)

    assert isinstance(outcome, Completed)


def test_a_video_already_read_wins_over_an_error_that_follows() -> None:
    body = (
        sse(VIDEO, done=False)
        + b'data: {"error":{"message":"upstream closed"}}\n\ndata: [DONE]\n\n'
    )

    _, outcome = read(reader(), [body])

    assert isinstance(outcome, Completed)


def test_a_hundred_percent_is_no_success() -> None:
    events, outcome = read(reader(), [sse("Progress: 100%\n", "All done!")])

    assert told(events, outcome)["progress"] == [100]
    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.NO_RESULT


def test_a_cut_after_a_handle_is_pending_and_says_why() -> None:
    _, outcome = read(reader(), [sse("> Task ID: `abc-123456`\n", done=False)], cut=True)

    assert isinstance(outcome, Pending)
    assert (outcome.handle.task_id, outcome.kind) == ("abc-123456", FailureKind.TRUNCATED)


@pytest.mark.parametrize(
    "body",
    [
        b"data: " + b"x" * (MAX_EVENT + 1),
        b"data: x\n" * (MAX_EVENT // 2 + 1),
        b'{"a": "' + b"x" * MAX_EVENT + b'"}',
        b"{\n" + b'"a": 1,\n' * (MAX_EVENT // 8) + b'"b": 2}',
        b"<html>" + b"x" * MAX_EVENT,
    ],
    ids=["line", "event", "json", "document", "page"],
)
def test_an_event_above_the_limit_ends_as_upstream(body: bytes) -> None:
    whole = read(reader(), [body])

    assert isinstance(whole[1], Failed)
    assert whole[1].kind is FailureKind.UPSTREAM
    assert read(reader(), [body[i : i + 4096] for i in range(0, len(body), 4096)]) == whole


def test_a_body_above_the_limit_ends_as_upstream_in_little_memory() -> None:
    piece = b": keep-alive " + b"x" * 8000 + b"\n\n" + sse("word " * 1000, done=False)
    subject = reader()

    tracemalloc.start()
    for _ in range(MAX_BODY // len(piece) + 1):
        for _event in subject.feed(piece):
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    outcome = subject.close()

    assert subject.finished
    assert isinstance(outcome, Failed)
    assert outcome.kind is FailureKind.UPSTREAM
    assert peak < 4_000_000
    assert len(outcome.text.encode()) <= 256 * 1024


def test_a_long_text_keeps_its_beginning_and_the_video_at_its_end() -> None:
    texts = ["> sid: s_1\n", *["纸船 " * 100 + "\n"] * 2000, VIDEO]

    _, outcome = read(reader(), [sse(*texts)])

    assert isinstance(outcome, Completed)
    assert outcome.video_urls == ("https://cdn.example/v/1.mp4",)
    assert outcome.text.startswith("> sid: s_1\n")
    assert len(outcome.text.encode()) <= 256 * 1024


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 250000,
        "<think>" * 30000,
        "[" * 200000,
        "](/a" * 60000,
        "1" * 200000,
        "<a" * 90000,
        "id:" * 60000,
        "```\n" * 50000,
        " " * 200000,
        "https://" * 30000,
        "&#1" * 60000,
    ],
    ids=lambda text: repr(text[:5]),
)
def test_hostile_text_is_read_in_one_pass(text: str) -> None:
    # Ten times the work of a pass that goes back over what it has read would not end in time.
    _, outcome = read(reader(), [sse(*[text[i : i + 997] for i in range(0, len(text), 997)])])

    assert isinstance(outcome, Completed | Failed | Pending)
