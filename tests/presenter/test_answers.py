"""Private answers: refusals, confirmations, and the whole prompt."""

from typing import Any

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import Refusal
from bot.presenter.answers import confirm_cancel_view, done_view, prompt_view, refusal_view
from tests.presenter.states import TEXTS, components, make_job, payload, shown_text, written

SPOKEN: dict[str, Any] = {"texts": TEXTS, "locale": "en-US"}


def refused(error: Refusal) -> str:
    return written(refusal_view(error, **SPOKEN))


def test_a_refusal_says_what_to_do_instead() -> None:
    error = Refusal("refusal-ratio", model="Sora 2", value="21:9", choices="16:9, 9:16", count=2)

    assert refused(error) == "Sora 2 cannot make 21:9. It can make 16:9, 9:16."


def test_a_refusal_without_its_optional_words_is_still_a_sentence() -> None:
    assert refused(Refusal("refusal-image-type")).startswith("The file does not look like")


def test_a_members_words_in_a_refusal_are_harmless() -> None:
    error = Refusal("refusal-model", value="<@1> **x** https://a.bc", choices="Sora 2")

    assert "<@1>" not in refused(error)
    assert "**" not in refused(error)
    assert "https://" not in refused(error)


@pytest.mark.parametrize("length", [3800, 3900, 3999, 4000])
@pytest.mark.parametrize("letter", ["a", "🎬", "`", "\u0301"])
def test_the_whole_prompt_can_always_be_had(letter: str, length: int) -> None:
    prompt = letter * length

    view, files = prompt_view(prompt, **SPOKEN)

    assert len(written(view).encode("utf-16-le")) // 2 <= 4000
    in_full = prompt in written(view)
    assert in_full or not files or files[0].fp.read().decode() == prompt


def test_an_ordinary_prompt_is_shown_to_be_copied() -> None:
    view, files = prompt_view("A *boat*\nat <@1>", **SPOKEN)

    assert not files
    assert shown_text(view) == ["**Prompt**", "```", "A *boat*", "at <@1>", "```"]


def test_a_long_prompt_comes_as_a_file() -> None:
    view, files = prompt_view("船" * 4000, **SPOKEN)

    assert [file.filename for file in files] == ["prompt.txt"]
    assert files[0].fp.read().decode() == "船" * 4000
    assert "attachment://prompt.txt" in str(payload(view))


@settings(deadline=None)
@given(st.text(max_size=4000))
def test_no_prompt_is_too_much_for_a_message(prompt: str) -> None:
    view, _ = prompt_view(prompt, **SPOKEN)

    assert len(written(view).encode("utf-16-le")) // 2 <= 4000


def test_a_confirmation_names_the_member() -> None:
    said = written(done_view("done-granted", target=42, count=5, at=1_800_000_000, **SPOKEN))

    assert said == "<@42> was granted 5 credits, which end <t:1800000000:R>."


@pytest.mark.parametrize(
    ("params", "said"),
    [
        (
            {"scope": "member", "target": 1, "count": 1, "period": "day", "unlimited": "no"},
            "<@1> now has 1 credit a day.",
        ),
        (
            {"scope": "role", "target": 2, "count": 5, "period": "week", "unlimited": "no"},
            "<@&2> now has 5 credits a week.",
        ),
        (
            {"scope": "server", "target": 0, "count": 0, "period": "month", "unlimited": "yes"},
            "Every member of this server now has no limit.",
        ),
    ],
)
def test_a_changed_allowance_is_read_back(params: dict[str, Any], said: str) -> None:
    assert written(done_view("done-set", **params, **SPOKEN)) == said


def test_a_cancel_that_costs_says_so_and_asks() -> None:
    buttons = [ui.Button[Any](label="Cancel the video"), ui.Button[Any](label="Keep it")]

    view = confirm_cancel_view(make_job(price=2), buttons=buttons, **SPOKEN)

    assert "the 2 credits are used up" in written(view)
    assert [c["label"] for c in components(view) if c["type"] == 2] == [
        "Cancel the video",
        "Keep it",
    ]
