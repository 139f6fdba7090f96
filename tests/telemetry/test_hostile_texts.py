"""What people and relays wrote, in a log: one event a line, of bounded length, steering nothing."""

import io
import json
import logging
import re
from typing import Any

import pytest
import structlog

from bot.telemetry import configure_logging
from tests import hostile

EVERY = pytest.mark.parametrize("text", hostile.TEXTS.values(), ids=hostile.TEXTS)
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def said(text: str) -> None:
    """Everything that can be logged, with `text` in it."""
    log = structlog.stdlib.get_logger("bot")
    log.info(text)
    log.info("field", note=text, nested={"key": [text], text: 1})
    logging.getLogger("discord").warning("of a library: %s", text)
    try:
        raise RuntimeError(text)
    except RuntimeError:
        log.exception("error")


@pytest.fixture(params=["json", "console"])
def stream(request: pytest.FixtureRequest) -> io.StringIO:
    target = io.StringIO()
    configure_logging(format=request.param, stream=target)
    return target


@EVERY
def test_nothing_steers_the_terminal_that_shows_it(stream: io.StringIO, text: str) -> None:
    said(text)

    assert STEERING.findall(stream.getvalue()) == []


@EVERY
def test_json_is_one_event_a_line(text: str) -> None:
    stream = io.StringIO()
    configure_logging(format="json", stream=stream)

    said(text)

    events: list[dict[str, Any]] = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [event["level"] for event in events] == ["info", "info", "warning", "error"]
    assert len(stream.getvalue()) < 4 * 4_000 + 20_000
