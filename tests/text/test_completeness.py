"""Every code that the code raises has its sentence, and every sentence is said somewhere."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

from bot.domain.errors import FailureKind, RelayFailure
from bot.domain.jobs import JobStatus
from bot.presenter.voice import OPTIONAL
from bot.text import Texts
from bot.text.fluent import FUNCTIONS

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for top in ("bot", "cogs", "storage") for path in (ROOT / top).rglob("*.py"))
FILES = sorted((ROOT / "bot" / "text" / "en-US").glob("*.ftl"))
TOLD_TO_MEMBERS = {"Refusal", "JobFailure", "ImageRejected", "MediaFailure"}

BUILT = (
    *("command-", "option-", "choice-"),  # from the names that Discord knows
    *("operator-", "failure-"),  # from the kind of failure
    *("reply-", "duration-", "rule-", "entry-"),  # from an end, a unit, a scope, a kind
    *("refusal-ratio", "refusal-seconds", "quota-blocked-by", "quota-paused-by"),
)
"""Keys, or beginnings of keys, that are put together at run time."""


def _trees() -> Iterator[tuple[Path, ast.AST]]:
    for path in SOURCES:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def _raised() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Code and parameter names of every error that people are told about."""
    for _, tree in _trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            code = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else 0
            if node.func.id in TOLD_TO_MEMBERS and isinstance(code, str):
                yield code, tuple(word.arg for word in node.keywords if word.arg)


def _strings() -> set[str]:
    """Every string in the code."""
    found: set[str] = set()
    for _, tree in _trees():
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return found


def _messages(path: Path) -> list[str]:
    body = FluentParser().parse(path.read_text(encoding="utf-8")).body
    return [entry.id.name for entry in body if isinstance(entry, ftl.Message)]


class _References(Visitor):
    """Collects the messages that other sentences hold."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def visit_MessageReference(self, node: ftl.MessageReference) -> None:  # noqa: N802 (its name for it)
        self.found.add(node.id.name)


def _referred() -> set[str]:
    references = _References()
    for path in FILES:
        references.visit(FluentParser().parse(path.read_text(encoding="utf-8")))
    return references.found


OWN_FILES = [path for path in FILES if path.name != "cli.ftl"]
KEYS = [key for path in OWN_FILES for key in _messages(path)]


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts(strict=True)


@pytest.mark.parametrize(("code", "names"), sorted(set(_raised())))
def test_every_error_has_a_sentence_that_needs_no_more_than_it_brings(
    texts: Texts, code: str, names: tuple[str, ...]
) -> None:
    said = texts.say(code, "en-US", **{**OPTIONAL, **dict.fromkeys(names, 2)})

    assert said != code


@pytest.mark.parametrize("reason", ["", "the relay's words"])
@pytest.mark.parametrize("kind", FailureKind)
def test_every_kind_of_relay_failure_has_a_sentence(
    texts: Texts, kind: FailureKind, reason: str
) -> None:
    failure = RelayFailure(kind, reason)

    assert len(texts.say(failure.code, "en-US", **failure.params)) > 20


@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind.operator_must_act])
def test_the_operator_is_told_of_everything_that_only_they_can_mend(
    texts: Texts, kind: FailureKind
) -> None:
    key = f"operator-{kind.value.replace('_', '-')}"

    assert "Sora 2" in texts.say(key, model="Sora 2", reason="bad key")


@pytest.mark.parametrize("end", [status for status in JobStatus if status.final])
def test_the_owner_is_told_of_every_end(texts: Texts, end: JobStatus) -> None:
    assert texts.say(f"reply-{end.value}", user=1, count=1).startswith("<@1>, ")


def test_every_sentence_is_said_somewhere() -> None:
    strings = _strings() | _referred()

    unsaid = [key for key in KEYS if key not in strings and not key.startswith(BUILT)]

    assert unsaid == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_can_be_read_whole(path: Path) -> None:
    body = FluentParser().parse(path.read_text(encoding="utf-8")).body

    assert [entry.content for entry in body if isinstance(entry, ftl.Junk)] == []


def test_a_sentence_read_alone_is_what_the_whole_files_say(texts: Texts) -> None:
    written = [path.read_text(encoding="utf-8") for path in FILES]
    params = dict.fromkeys(re.findall(r"\$([\w-]+)", "".join(written)), 2)
    whole = FluentBundle(["en-US"], functions=dict(FUNCTIONS), use_isolating=False)  # type: ignore[arg-type] # it takes strings too
    for text in written:
        whole.add_resource(FluentResource(text))

    said = {key: texts.say(key, "en-US", **params) for key in sorted(texts.keys())}

    assert said.keys() == {key for path in FILES for key in _messages(path)}
    for key, sentence in said.items():
        pattern = whole.get_message(key).value
        assert pattern is not None
        assert sentence == str(whole.format_pattern(pattern, dict(params))[0])


def test_no_key_is_written_twice() -> None:
    counted = Counter(key for path in FILES for key in _messages(path))

    assert [key for key, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("path", OWN_FILES, ids=lambda path: path.name)
def test_sentences_neither_beg_nor_shout(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()

    assert "please" not in text
    assert "!" not in text


@pytest.mark.parametrize(
    ("family", "limit"),
    [("command-", 100), ("option-", 100), ("choice-", 100), ("button-", 80), ("form-", 45)],
)
def test_what_discord_limits_is_short_enough(texts: Texts, family: str, limit: int) -> None:
    said = {
        key: texts.say(key, label="Sora 2", count=2, number=2)
        for key in KEYS
        if key.startswith(family)
    }

    assert said
    assert {key: text for key, text in said.items() if len(text) > limit} == {}
