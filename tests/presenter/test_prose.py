"""Somebody's words made harmless: no markup, no mention, no link, no tricks, never too long."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.presenter.prose import (
    BREAK,
    ELLIPSIS,
    clusters,
    cut,
    fenced,
    harmless,
    shorten,
    units_of,
    visible,
)

NASTY = (
    "<@1>",
    "<@!1>",
    "<@&1>",
    "<#1>",
    "<t:1:R>",
    "</video:1>",
    "<:a:1>",
    "<a:b:1>",
    "<id:guide>",
    "@everyone",
    "@here",
    "https://evil.example/x",
    "http://a.b",
    "discord.gg/abc",
    "<https://a.b>",
    "[a](https://b.c)",
    "**b**",
    "__u__",
    "~~s~~",
    "||s||",
    "`c`",
    "```",
    "> q",
    ">>> q",
    "# h",
    "-# s",
    "- l",
    "* l",
    "1. l",
    "\\",
    "\n",
    "\r\n",
    "\u2028",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u200d",
    "\u200c",
    "\ufeff",
    "\x00",
    "\x1b[31m",
    "\x85",
    "\U000e0041",
    "\ud800",
    "\ue000",
    "e" + "\u0301" * 50,
    "👨\u200d👩\u200d👧\u200d👦",
    "👍🏽",
    "🇩🇪🇫🇷",
    "纸船",
    "می\u200cخواهم",
    "\u3164",
)
anything = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=12)), max_size=30).map(
    "".join
)
CONSTRUCT = re.compile(r"<(?:@|#|/|t:|a?:|id:|https?:)|@(?:everyone|here)")
UNESCAPED = re.compile(r"(?<!\\)(?:\\\\)*[`*_~|>\[\]]")


@settings(deadline=None)
@given(anything, st.integers(1, 200), st.integers(1, 4))
def test_nothing_comes_alive(text: str, limit: int, lines: int) -> None:
    shown = harmless(text, limit=limit, lines=lines)

    assert not CONSTRUCT.search(shown)
    assert not re.search(r"https?://|discord\.gg|\w\.[a-z]{2}", shown)
    assert not UNESCAPED.search(shown)
    assert not re.search(r"^(?:#|-|\+|\d+[.)])", shown, re.MULTILINE)


@settings(deadline=None)
@given(anything, st.integers(1, 200), st.integers(1, 4))
def test_nothing_invisible_is_left_but_our_own_breaks(text: str, limit: int, lines: int) -> None:
    shown = harmless(text, limit=limit, lines=lines).replace(BREAK, "")

    left = {char for char in shown if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co")}
    assert left <= {"\n", "\u200c", "\u200d"}
    assert not re.search(r"[\x00-\x7f][\u200c\u200d]|[\u200c\u200d]{2}", shown)


@settings(deadline=None)
@given(anything, st.integers(1, 200), st.integers(1, 4))
def test_it_is_never_long(text: str, limit: int, lines: int) -> None:
    shown = harmless(text, limit=limit, lines=lines)

    assert len(shown.encode("utf-16-le")) // 2 <= 8 * limit
    assert len(shown.splitlines()) <= lines
    assert "\n\n" not in shown
    assert shown == shown.strip()


@pytest.mark.parametrize(
    "text",
    [
        "👨\u200d" * 2000,
        "e\u0301\u0302\u0303\u0304\u200cé" * 900,
        "<@.ab" * 900,
        "👍" + "🏽" * 4000,
    ],
)
def test_no_piling_up_makes_it_long(text: str) -> None:
    shown = harmless(text, limit=100)

    assert len(shown.encode("utf-16-le")) // 2 <= 800


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "Nd"], max_codepoint=0x2FF), max_size=40))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert harmless(text, limit=200) == text


@settings(deadline=None)
@given(anything, st.integers(1, 60))
def test_cuts_between_whole_characters(text: str, limit: int) -> None:
    whole = list(clusters(text))

    left = shorten(text, limit)

    assert "".join(whole) == text
    kept = left.removesuffix(ELLIPSIS)
    starts = {"".join(whole[:count]).rstrip() for count in range(len(whole) + 1)}
    assert left == text or kept in starts


@pytest.mark.parametrize("cluster", ["👨\u200d👩\u200d👧\u200d👦", "👍🏽", "🇩🇪", "é", "각", "❤️"])
def test_what_looks_like_one_character_is_one(cluster: str) -> None:
    assert list(clusters(cluster + cluster)) == [cluster, cluster]


def test_counts_wide_letters_twice() -> None:
    assert harmless("纸" * 20, limit=10) == "纸" * 4 + ELLIPSIS


@given(anything, st.integers(1, 60))
def test_cuts_to_what_discord_counts_between_whole_characters(text: str, units: int) -> None:
    whole = list(clusters(text))

    left = cut(text, units)

    starts = {"".join(whole[:count]).rstrip() for count in range(len(whole) + 1)}
    assert units_of(left) <= units
    assert left == text or left.removesuffix(ELLIPSIS) in starts


@pytest.mark.parametrize(
    ("text", "left"),
    [("abcd", "abcd"), ("abcde", "abc…"), ("ab cde", "ab…"), ("🛶🛶", "🛶🛶"), ("🛶🛶🛶", "🛶…")],
)
def test_what_was_cut_says_so(text: str, left: str) -> None:
    assert cut(text, 4) == left


def test_shortens_letters_buried_in_marks() -> None:
    assert visible("z" + "\u0301" * 90) == "z" + "\u0301" * 4


def test_keeps_the_joiners_that_languages_and_emoji_need() -> None:
    assert (
        harmless("می\u200cخواهم 👨\u200d👩\u200d👧", limit=99) == "می\u200cخواهم 👨\u200d👩\u200d👧"
    )


def test_later_line_breaks_become_spaces() -> None:
    assert harmless("one\n\ntwo\nthree", limit=99, lines=2) == "one\ntwo three"


@settings(deadline=None)
@given(anything)
def test_a_fence_ends_only_where_it_should(text: str) -> None:
    block = fenced(text)

    assert block.startswith("```\n")
    assert block.endswith("\n```")
    assert "```" not in block[3:-3]
    assert not block[:-4].endswith("`")


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="`\u2800")))
def test_a_fence_changes_nothing_that_can_be_seen(text: str) -> None:
    unmarked = re.sub("[\u115f\u1160\u3164\uffa0]", " ", text)

    assert fenced(text) == f"```\n{unmarked}\n```"
