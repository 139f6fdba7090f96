"""Alt text: the prompt in words that Discord takes, whatever it is."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.presenter.alt import MAX_ALT, alt_text
from bot.presenter.prose import units_of
from tests.presenter.test_prose import anything

pytestmark = pytest.mark.unmeasured


@given(anything | anything.map(lambda text: text * 300), st.sampled_from(["", "Video 2"]))
@settings(max_examples=200, deadline=None)
def test_is_nothing_or_something_that_discord_takes(prompt: str, which: str) -> None:
    said = alt_text(prompt, which)

    assert said is None or 0 < units_of(said) <= MAX_ALT
    assert said is None or said == " ".join(said.split())
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x1f\x7f-\x9f]", said or "")


def test_a_long_prompt_is_told_as_far_as_there_is_room() -> None:
    said = alt_text("A boat. " * 500, "Video 2")

    assert said is not None
    assert said.startswith("Video 2: A boat. A boat.")
    assert said.endswith("…")
    assert units_of(said) > MAX_ALT - 10


def test_is_read_out_as_it_was_written() -> None:
    assert (
        alt_text("A *boat* by <@1>,\nhttps://a.example\u202e")
        == "A *boat* by <@1>, https://a.example"
    )


@pytest.mark.parametrize("nothing", ["", " \n\t", "\u200b\u202e", "\u200d\ufe0f", "\u3164"])
def test_what_shows_nothing_is_left_out(nothing: str) -> None:
    assert alt_text(nothing) is None
    assert alt_text(nothing, "Video 2") == "Video 2"
