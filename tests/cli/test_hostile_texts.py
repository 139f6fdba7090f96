"""What relays and files say, on an operator's terminal: it is read there, and steers nothing."""

import json

import pytest
from rich.console import Console
from rich.progress import Progress

from bot.cli.reports import BarReport, JsonReport
from bot.cli.speech import Voice
from bot.domain.events import Progress as Moved
from bot.domain.jobs import Handle
from bot.text import Texts
from tests import hostile
from tests.cli.conftest import Clapper
from tests.cli.relay import Relay

EVERY = pytest.mark.parametrize("text", hostile.TEXTS.values(), ids=hostile.TEXTS)


def steering(shown: str) -> list[str]:
    return [char for char in shown if not char.isprintable() and char != "\n"]


@EVERY
def test_a_sentence_with_words_of_others(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    voice = Voice(Texts(strict=True))

    voice.answer("cli-image-file", path=text)
    voice.complain(
        "check-relay-refuses", relay="r", address=text, kind=text, reason=text, models=text
    )

    shown = capsys.readouterr()
    assert steering(shown.out + shown.err) == []
    assert (shown.out + shown.err).count("\n") == 2


@EVERY
def test_lines_for_programs(text: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    report = JsonReport()

    report.accepted(Handle(task_id=text, poll_url=text))
    report.moved(Moved(percent=1, note=text))
    report.completed([[text]])
    report.failed("upstream", text)

    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert steering("".join(lines)) == []
    assert json.loads(lines[1])["note"] == text.encode(errors="replace").decode()
    assert len(lines) == 4


@EVERY
def test_a_bar_for_people(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("{task.description}", console=Console(stderr=True, width=200)) as progress:
        report = BarReport(Voice(Texts(strict=True)), progress)
        report.accepted(Handle(task_id=text))
        report.moved(Moved(percent=1, note=text))
        report.failed("upstream", text)

    assert steering(capsys.readouterr().err) == []


async def test_a_whole_answer_of_a_hostile_relay(clapper: Clapper, relay: Relay) -> None:
    texts = [text for text in hostile.TEXTS.values() if text.isprintable() or len(text) < 200]
    bad = f"{relay.url}/files/a\u202e\x9b2J.mp4"
    relay.says(*(f"> {text.encode('utf-8', 'replace').decode()}\n\n" for text in texts), bad)

    ended = await clapper("generate", "--prompt", "a cat", "--json", **relay.settings())

    assert ended.code == 1
    assert {event["event"] for event in ended.events} >= {"progress", "failed"}
    assert steering(ended.out + ended.err) == []
