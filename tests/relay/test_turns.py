"""Choices of a stream: several videos, or only numbers."""

import json

import pytest

from tests.relay.bodies import read, reader, told


def _turns(*turns: tuple[object, str], ends: tuple[int, ...] = ()) -> bytes:
    chunks = [{"choices": [{"index": i, "delta": {"content": text}}]} for i, text in turns]
    chunks += [{"choices": [{"index": i, "delta": {}, "finish_reason": "stop"}]} for i in ends]
    lines = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
    return f"{lines}data: [DONE]\n\n".encode()


ONE, TWO = "https://cdn.example/aa11.mp4", "https://cdn.example/bb22.mp4"
SEVERAL = {
    "in turns": _turns((0, ONE[:22]), (1, TWO[:22]), (0, ONE[22:]), (1, TWO[22:])),
    "one after the other": _turns((0, f"Video: {ONE}\n"), (1, f"Video: {TWO}\n"), ends=(0, 1)),
    "of which one has no video": _turns((0, "Gener"), (1, ONE), (0, "ating\n"), (2, TWO)),
}


@pytest.mark.parametrize("body", SEVERAL.values(), ids=SEVERAL.keys())
def test_choices_of_a_stream_are_several_videos(body: bytes) -> None:
    events, outcome = read(reader(), [body])

    assert told(events, outcome)["video_urls"] == [ONE, TWO]


COUNTED = {
    "chunks": _turns(*enumerate([*"preparing ", "https://cdn.", "example/aa11", ".mp4"])),
    "two chunks": _turns((0, ONE[:22]), (1, ONE[22:]), ends=(1,)),
    "an end of another number": _turns((0, "generating\n"), (1, ONE), (1, "\n"), ends=(1, 2)),
    "no number at all": _turns(("x", ONE[:22]), (None, ONE[22:]), ends=(0,)),
    "odd numbers": _turns((True, ONE[:22]), ([1], ONE[22:]), (10**30, " "), ends=(0,)),
}


@pytest.mark.parametrize("body", COUNTED.values(), ids=COUNTED.keys())
def test_a_number_alone_makes_no_choice(body: bytes) -> None:
    events, outcome = read(reader(), [body])

    assert told(events, outcome)["video_urls"] == [ONE]
