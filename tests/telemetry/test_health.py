"""The sign of life and what is read from it."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.telemetry import Beat, Heartbeat, verdict

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def beat(*, at: datetime = NOW, connected: bool = True, database: bool = True) -> Beat:
    return Beat(at=at, connected=connected, database=database, pid=1)


def test_a_beat_is_read_as_it_was_written(tmp_path: Path) -> None:
    heart = Heartbeat(tmp_path, clock=lambda: NOW)

    heart.write(connected=True, database=False)

    assert heart.read() == Beat(at=NOW, connected=True, database=False, pid=os.getpid())
    assert [path.name for path in tmp_path.iterdir()] == ["health.json"]


def test_a_bot_that_stopped_leaves_no_sign_of_life(tmp_path: Path) -> None:
    heart = Heartbeat(tmp_path)
    heart.write(connected=True, database=True)

    heart.clear()
    heart.clear()

    assert heart.read() is None


def test_a_folder_that_is_gone_does_not_stop_the_bot(tmp_path: Path) -> None:
    heart = Heartbeat(tmp_path / "gone")

    heart.write(connected=True, database=True)

    assert heart.read() is None


@pytest.mark.parametrize(
    ("last", "says"),
    [
        (beat(), "health-ok"),
        (beat(at=NOW - timedelta(seconds=30)), "health-ok"),
        (beat(at=NOW - timedelta(seconds=31)), "health-stale"),
        (beat(at=NOW + timedelta(seconds=31)), "health-stale"),
        (beat(connected=False), "health-offline"),
        (beat(database=False), "health-database"),
        (None, "health-none"),
    ],
)
def test_only_a_fresh_beat_with_both_is_well(last: Beat | None, says: str) -> None:
    assert verdict(last, NOW) == says


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "{", '{"at": 1}', '{"at": "soon", "connected": true}', "\x00"]
)
def test_a_broken_file_is_no_beat(tmp_path: Path, content: str) -> None:
    (tmp_path / "health.json").write_text(content)

    assert Heartbeat(tmp_path).read() is None


def test_only_true_is_connected(tmp_path: Path) -> None:
    record = {"at": NOW.isoformat(), "connected": "no", "database": True, "pid": 1}
    (tmp_path / "health.json").write_text(json.dumps(record))

    found = Heartbeat(tmp_path).read()

    assert found is not None
    assert not found.connected
