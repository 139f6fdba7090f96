"""Every key that the command line may say has its sentence, and every sentence its use."""

import ast
import re
from pathlib import Path

from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl

from bot.text import Texts

ROOT = Path(__file__).parents[2]
FILE = ROOT / "bot" / "text" / "en-US" / "cli.ftl"
FAMILIES = ("cli-", "setting-", "check-", "health-", "storage-")
BUILT = re.compile(r"cli-help-|cli-hint-|check-level-|check-subject-")
"""Keys that are put together when help is shown or a finding printed."""


def said_in_code() -> set[str]:
    folders = (ROOT / "bot", ROOT / "storage")
    trees = [ast.parse(path.read_text()) for top in folders for path in top.rglob("*.py")]
    strings = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    keys = re.compile(rf"({'|'.join(FAMILIES)})[a-z-]+(?<!-short)(?<!-)")
    return {text for text in strings if keys.fullmatch(text)}


def sentences() -> set[str]:
    body = FluentParser().parse(FILE.read_text(encoding="utf-8")).body
    assert not [entry for entry in body if isinstance(entry, ftl.Junk)]
    return {entry.id.name for entry in body if isinstance(entry, ftl.Message)}


def test_every_key_in_code_has_a_sentence() -> None:
    assert said_in_code() - sentences() == set()


def test_every_sentence_is_said_somewhere() -> None:
    assert {key for key in sentences() if not BUILT.match(key)} - said_in_code() == set()


def test_sentences_of_settings_end_and_name_the_setting() -> None:
    texts = Texts(strict=True)
    names = ["limit", "choices", "line", "form", "where", "near", "variable", "place", "needs"]
    params = dict.fromkeys(names, "x")

    for key in sorted(sentences()):
        if key.startswith("setting-"):
            text = texts.say(key, name="NAME", **params)
            assert "NAME" in text, key
            assert text.endswith((".", "?")), key
            assert "\n" not in text, key
