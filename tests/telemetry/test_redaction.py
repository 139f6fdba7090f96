"""What never reaches a log, whatever text it hides in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.telemetry import Redactor

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB"
SECRET = "sk-abcdef1234567890"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"token {TOKEN}.", "token [hidden]."),
        (f"Authorization: Bearer {SECRET}", "Authorization: Bearer [hidden]"),
        ("key 'sk-proj-1234567890'", "key '[hidden]'"),
        (f"Bot {TOKEN}", "Bot [hidden]"),
        (
            "POST https://discord.com/api/v10/webhooks/123/aW50ZXJhY3Rpb24_-x?wait=true",
            "POST https://discord.com/api/v10/webhooks/123/[hidden]?[hidden]",
        ),
        ("/interactions/123/abc-DEF_1/callback", "/interactions/123/[hidden]/callback"),
        (
            "https://cdn.discordapp.com/attachments/1/2/a.mp4?ex=65&is=64&hm=ff&",
            "https://cdn.discordapp.com/attachments/1/2/a.mp4?[hidden]",
        ),
        ("signed by ex=65a&is=64b&hm=ffc& here", "signed by [hidden] here"),
        ("https://host/v.mp4?se=2026&sig=a%2Fb done", "https://host/v.mp4?[hidden] done"),
        ("postgres://clapper:pass@db/clapper", "postgres://[hidden]@db/clapper"),
        ("see data:image/png;base64,iVBORw0KGgo= now", "see data:[hidden] now"),
        ("the given secret!", "the [hidden]!"),
        ("What? a=b is fine", "What? a=b is fine"),
        ("sora-2 task_01k6m8 at 36.0%", "sora-2 task_01k6m8 at 36.0%"),
    ],
)
def test_secrets_are_struck_out_and_the_rest_stays(text: str, clean: str) -> None:
    assert Redactor(["given secret"]).text(text) == clean


def test_fields_named_for_secrets_are_hidden_whole() -> None:
    event = {"token": "abc", "headers": {"Authorization": "x", "Accept": "y"}, "max_tokens": 5}

    clean = Redactor()(None, "info", event)

    assert clean == {
        "token": "[hidden]",
        "headers": {"Authorization": "[hidden]", "Accept": "y"},
        "max_tokens": 5,
    }


def test_secrets_are_found_inside_of_anything() -> None:
    event = {
        "args": [f"x {SECRET}", ("y", {"url": f"https://h/?k={SECRET}"})],
        "error": OSError(SECRET),
    }

    assert SECRET not in str(Redactor()(None, "info", event))


def test_a_longer_secret_is_struck_out_before_a_shorter_one_inside_it() -> None:
    assert Redactor(["abcdef", "abcdef-ghijkl"]).text("abcdef-ghijkl") == "[hidden]"


def test_short_words_are_no_secrets() -> None:
    assert Redactor(["key", ""]).text("the key is short") == "the key is short"


def test_what_pydantic_hides_stays_hidden() -> None:
    assert "hunter2" not in str(Redactor()(None, "info", {"value": SecretStr("hunter2")}))


@settings(deadline=None)
@given(before=st.text(max_size=200), after=st.text(max_size=200))
def test_a_given_secret_never_comes_through(before: str, after: str) -> None:
    secret = "Qx7-given-Zp9"

    assert secret not in Redactor([secret]).line(before + secret + after)


@pytest.mark.parametrize(
    "piece", ["?", "://", "data:a/b", "ex=1&", "Bearer ", "a.", "/webhooks/1/"]
)
def test_hostile_text_comes_back_short(piece: str) -> None:
    hostile = piece * (1_000_000 // len(piece))  # a quadratic pattern would take minutes

    assert len(Redactor(["given secret"]).line(hostile)) <= 2001
