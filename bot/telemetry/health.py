"""The sign of life: the running bot writes a small file, `python -m bot health` reads it."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

log = structlog.stdlib.get_logger()

BEAT_EVERY = timedelta(seconds=10)
STALE_AFTER = timedelta(seconds=30)
"""Three beats: one may be late when the disk is busy."""
_LOOK_SECONDS = 5.0
_MAX_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """How the bot was at a moment."""

    at: datetime
    connected: bool
    """To Discord's gateway."""
    database: bool
    """It answered a question."""
    pid: int


class HeartbeatFile:
    """Where the beats go; a reader sees a whole one or none."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "health.json"

    def write(self, beat: Beat) -> None:
        """Replace the last beat."""
        record = {**asdict(beat), "at": beat.at.isoformat()}
        partial = self._path.with_suffix(f".{beat.pid}.part")
        partial.write_text(json.dumps(record), encoding="utf-8")
        partial.replace(self._path)

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

    def remove(self) -> None:
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


async def keep_beating(
    file: HeartbeatFile,
    *,
    clock: Callable[[], datetime],
    connected: Callable[[], bool],
    database: Callable[[], Awaitable[object]],
    every: timedelta = BEAT_EVERY,
    changed: asyncio.Event | None = None,
) -> None:
    """Write a beat at once and then every so often until cancelled, then take it away.

    `changed` asks for a beat right away, such as when the connection came or went.

    `database` asks the database anything; that it raises or is slow means that it does not answer.
    """
    try:
        while True:
            alive = await _answers(database)
            beat = Beat(at=clock(), connected=connected(), database=alive, pid=os.getpid())
            _write(file, beat)  # in this turn: a write in a thread could outlive the removal
            await _next(every, changed or asyncio.Event())
    finally:
        file.remove()


async def _next(every: timedelta, changed: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(every.total_seconds()):
            await changed.wait()
    except TimeoutError:
        return
    changed.clear()


def _write(file: HeartbeatFile, beat: Beat) -> None:
    """A full disk makes the file stale, which says enough; the bot goes on."""
    try:
        file.write(beat)
    except OSError as error:
        log.warning("health.unwritten", error=str(error))


async def _answers(ask: Callable[[], Awaitable[object]]) -> bool:
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            await ask()
    except Exception as error:  # noqa: BLE001 - whatever it is, the database does not answer
        log.warning("health.database", error=repr(error))
        return False
    return True
