"""Logs as an operator's collector sees them: one JSON object a line, nothing secret in it."""

import io
import json
import logging
import sys
import threading
import warnings
from typing import Any

import httpx
import pytest
import structlog

from bot.telemetry import configure_logging

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB"


@pytest.fixture
def lines() -> io.StringIO:
    stream = io.StringIO()
    configure_logging(level="debug", secrets=["hunter2-secret"], stream=stream)
    return stream


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_object(lines: io.StringIO) -> None:
    structlog.stdlib.get_logger("bot.x").info("job.finished", seconds=2.5, model="sora-2")

    (event,) = events(lines)

    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "job.finished",
        "level": "info",
        "logger": "bot.x",
        "seconds": 2.5,
        "model": "sora-2",
    }


def test_what_libraries_say_comes_the_same_way(lines: io.StringIO) -> None:
    logging.getLogger("discord.gateway").info("Shard %s connected", 0)

    (event,) = events(lines)

    assert (event["event"], event["logger"]) == ("Shard 0 connected", "discord.gateway")


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("httpx", logging.INFO),
        ("httpcore.connection", logging.DEBUG),
        ("discord.http", logging.DEBUG),
        ("aiosqlite", logging.DEBUG),
        ("sqlalchemy.engine", logging.INFO),
    ],
)
def test_libraries_stay_quiet_when_we_say_everything(
    lines: io.StringIO, name: str, level: int
) -> None:
    logging.getLogger(name).log(level, "a body, a token, a statement")

    assert lines.getvalue() == ""


def test_a_traceback_is_one_line_and_has_no_secret(lines: io.StringIO) -> None:
    try:
        raise RuntimeError(f"login with {TOKEN} failed\nkey hunter2-secret")
    except RuntimeError:
        structlog.stdlib.get_logger().exception("login.failed")

    (event,) = events(lines)

    assert "RuntimeError: login with [hidden] failed\nkey [hidden]" in event["exception"]
    assert event["event"] == "login.failed"


def test_a_crash_is_an_event_without_secrets(lines: io.StringIO) -> None:
    def crash() -> None:
        raise RuntimeError("hunter2-secret")

    thread = threading.Thread(target=crash)
    thread.start()
    thread.join()
    sys.excepthook(ValueError, ValueError("hunter2-secret"), None)

    assert [event["event"] for event in events(lines)] == ["process.crashed"] * 2
    assert "hunter2" not in lines.getvalue()


def test_a_warning_is_an_event(lines: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)

    assert [event["logger"] for event in events(lines)] == ["py.warnings"]


def test_what_a_member_wrote_cannot_fake_a_line(lines: io.StringIO) -> None:
    structlog.stdlib.get_logger().info("job.asked", note='x\n{"event": "forged"}\u2028y\x1b[31m')

    (event,) = events(lines)

    assert event["note"] == 'x {"event": "forged"} y [31m'


def test_long_texts_are_cut(lines: io.StringIO) -> None:
    structlog.stdlib.get_logger().info("relay.said", text="ä" * 50_000)

    (event,) = events(lines)

    assert len(event["text"]) == 2001


def test_the_job_is_bound_once(lines: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(job_id="0123456789abcdef"):
        structlog.stdlib.get_logger().info("job.started")
        logging.getLogger("discord").warning("slow")

    assert [event["job_id"] for event in events(lines)] == ["0123456789abcdef"] * 2


def test_a_console_reads_lines_instead() -> None:
    stream = io.StringIO()
    configure_logging(format="console", stream=stream)

    try:
        raise ValueError("why")
    except ValueError:
        structlog.stdlib.get_logger().exception("job.failed", model="veo")

    assert "job.failed" in stream.getvalue()
    assert "model=veo" in stream.getvalue()
    assert "ValueError: why" in stream.getvalue()


async def test_httpx_does_not_log_links(lines: io.StringIO) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    async with httpx.AsyncClient(transport=transport) as client:
        await client.get("https://cdn.example/video.mp4?ex=1&is=2&hm=3")

    assert lines.getvalue() == ""
