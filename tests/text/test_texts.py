"""Saying a key: parameters, plurals, locales, and what happens without a sentence."""

from pathlib import Path

import pytest
from fluent.runtime import FluentBundle, FluentResource
from structlog.testing import capture_logs

from bot.text import MissingTextError, Texts


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts(strict=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for locale, lines in {
        "en-US": "both = English\nsource-only = Only English\nneeds = { $thing }",
        "zh-CN": "both = 中文",
    }.items():
        (tmp_path / locale).mkdir()
        (tmp_path / locale / "some.ftl").write_text(lines, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("count", "said"), [(1, "1 credit held"), (2, "2 credits held")])
def test_counts_credits_in_the_right_number(texts: Texts, count: int, said: str) -> None:
    assert texts.say("card-held", count=count) == said


def test_says_when_the_next_credit_comes_and_which_rule_decided(texts: Texts) -> None:
    said = texts.say(
        "refusal-credits", price=2, left=1, rule="role", period="week", next_at=1_800_000_000
    )

    assert said == (
        "This video costs 2 credits and you have 1 left this week. "
        "New credits come <t:1800000000:R>. The allowance of your role decides."
    )


def test_promises_no_credit_when_none_will_ever_be_enough(texts: Texts) -> None:
    said = texts.say("refusal-credits", price=9, left=0, rule="server", period="day", next_at=0)

    assert "<t:" not in said
    assert "A moderator can grant you more." in said


@pytest.mark.parametrize("user", [123456789012345678, "123456789012345678"])
def test_writes_ids_without_the_grouping_of_numbers(texts: Texts, user: int | str) -> None:
    assert texts.say("reply-delivered", user=user, count=1).startswith("<@123456789012345678>, ")


def test_writes_sizes_in_megabytes(texts: Texts) -> None:
    assert texts.say("size", size=10 * 1024**2 + 400_000) == "10.4 MB"


def test_says_of_nothing_that_is_there_that_it_has_0_megabytes(texts: Texts) -> None:
    assert texts.say("size", size=1) == "0.1 MB"
    assert texts.say("card-fetching", size=0) == "Fetching it"


def test_puts_no_invisible_marks_around_parameters(texts: Texts) -> None:
    said = texts.say("refusal-model", value="sora-9", choices="Sora 2")

    assert said == "There is no model “sora-9” here. On offer: Sora 2."


def test_speaks_the_locale_and_falls_back_sentence_by_sentence(folder: Path) -> None:
    texts = Texts(folder)

    assert texts.say("both", "zh-CN") == "中文"
    assert texts.say("source-only", "zh-CN") == "Only English"
    assert texts.say("both", "fr") == "English"
    assert texts.keys("zh-CN") == {"both"}
    assert texts.keys("fr") == frozenset()


def test_a_sentence_may_be_made_of_others_of_whatever_file(tmp_path: Path) -> None:
    (tmp_path / "en-US").mkdir()
    (tmp_path / "en-US" / "a.ftl").write_text(
        "# A comment\nwhole = { part } and { -name }, { NUMBER(2) }\n", "utf-8"
    )
    (tmp_path / "en-US" / "b.ftl").write_text(
        "part = { $is ->\n    [yes] the { -name }\n   *[no]\n        one\n}\n-name = two\n", "utf-8"
    )
    texts = Texts(tmp_path)

    assert texts.say("whole", **{"is": "yes"}) == "the two and two, 2"
    assert texts.keys() == {"whole", "part"}


@pytest.mark.parametrize(
    "entry",
    [
        "key = One word",
        "key=One  word   ",
        "key = One\n\n\n# A comment\n",
        "key = One\n    and another\n",
        "key = One\n    # and no comment\n",
        "key =\n    One\n\n    and another\n",
        "key = [one] = *two .three # four\u00a0",
        "key = One\n    .title = Another\n",
        'key = { "" }One{ " " }',
    ],
)
def test_words_alone_are_said_as_fluent_reads_them(tmp_path: Path, entry: str) -> None:
    (tmp_path / "en-US").mkdir()
    (tmp_path / "en-US" / "a.ftl").write_text(f"{entry}\nnext = Two\n", "utf-8")
    whole = FluentBundle(["en-US"], use_isolating=False)
    whole.add_resource(FluentResource(f"{entry}\nnext = Two\n"))
    meant = whole.get_message("key").value
    assert meant is not None

    said = Texts(tmp_path, strict=True).say("key")

    assert said == whole.format_pattern(meant)[0]


@pytest.mark.parametrize("entry", ["broken = { $", "broken", "broken =", "broken = }"])
def test_a_sentence_that_cannot_be_read_is_missing_and_spoils_no_other(
    tmp_path: Path, entry: str
) -> None:
    (tmp_path / "en-US").mkdir()
    (tmp_path / "en-US" / "a.ftl").write_text(f"first = One\n{entry}\nsecond = Two\n", "utf-8")
    texts = Texts(tmp_path)

    with capture_logs() as events:
        said = [texts.say(key) for key in ("first", "broken", "second")]

    assert said == ["One", "broken", "Two"]
    assert [event["key"] for event in events] == ["broken"]


def test_a_missing_sentence_fails_a_strict_reader(folder: Path) -> None:
    texts = Texts(folder, strict=True)

    with pytest.raises(MissingTextError, match="nowhere"):
        texts.say("nowhere")
    with pytest.raises(MissingTextError, match="thing"):
        texts.say("needs")


def test_in_production_a_missing_sentence_shows_its_key_and_is_logged_once(folder: Path) -> None:
    texts = Texts(folder)

    with capture_logs() as events:
        said = [texts.say("nowhere"), texts.say("nowhere"), texts.say("both")]

    assert said == ["nowhere", "nowhere", "English"]
    assert [(event["event"], event["key"]) for event in events] == [("text.missing", "nowhere")]


def test_in_production_a_missing_parameter_still_shows_the_sentence(folder: Path) -> None:
    texts = Texts(folder)

    with capture_logs() as events:
        said = texts.say("needs")

    assert "thing" in said
    assert [event["key"] for event in events] == ["needs"]
