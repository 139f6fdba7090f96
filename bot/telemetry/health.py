"""The sign of life: the running bot writes a small file, `python -m bot health` reads it."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

log = structlog.stdlib.get_logger()

STALE_AFTER = timedelta(seconds=30)
"""Three beats: one may be late when the disk is busy."""
_MAX_BYTES = 4096


def utc_now() -> datetime:
    """The clock of the real bot."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """How the bot was at a moment."""

    at: datetime
    connected: bool
    """To Discord's gateway."""
    database: bool
    """It answered a question."""
    pid: int


class Heartbeat:
    """Where the beats go; a reader sees a whole one or none."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = utc_now) -> None:
        self._path = folder / "health.json"
        self._clock = clock

    def write(self, *, connected: bool, database: bool) -> None:
        """Replace the last beat. A full disk makes it stale, which says enough; the bot goes on."""
        beat = Beat(at=self._clock(), connected=connected, database=database, pid=os.getpid())
        record = {**asdict(beat), "at": beat.at.isoformat()}
        partial = self._path.with_suffix(f".{beat.pid}.part")
        try:
            partial.write_text(json.dumps(record), encoding="utf-8")
            partial.replace(self._path)
        except OSError as error:
            log.warning("health.unwritten", error=str(error))

    def read(self) -> Beat | None:
        """The last beat; `None` when there is none that can be read."""
        try:
            with self._path.open("rb") as file:
                record = json.loads(file.read(_MAX_BYTES))
            return Beat(
                at=datetime.fromisoformat(record["at"]).astimezone(UTC),
                connected=record["connected"] is True,
                database=record["database"] is True,
                pid=int(record["pid"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def clear(self) -> None:
        """The bot stopped in good order: nothing is alive here any more."""
        self._path.unlink(missing_ok=True)


def verdict(beat: Beat | None, now: datetime) -> str:
    """The text key that says how the bot is: `health-ok`, or what is wrong.

    Others: `health-none`, `health-stale`, `health-offline`, `health-database`.
    """
    if beat is None:
        return "health-none"
    if abs(now - beat.at) > STALE_AFTER:
        return "health-stale"
    if not beat.connected:
        return "health-offline"
    return "health-ok" if beat.database else "health-database"
