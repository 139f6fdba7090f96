"""Who works on a database: one process for each shard of a bot, and on SQLite one for all."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from filelock import FileLock, Timeout
from sqlalchemy import Integer, func, literal, select, text

from bot.domain.errors import StorageError
from storage.engine import parse, server_engine
from storage.faults import translated
from storage.file import prepare_file

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

log = structlog.stdlib.get_logger()

LOOK_EVERY = 10.0
"""Seconds between two looks whether the place is still held."""
TURN_EVERY = 0.5
"""Seconds between two looks whether another process has had its turn."""

_REFUSALS = (
    "storage-in-use",
    "storage-shard-in-use",
    "storage-shard-count",
    "storage-other-bot",
)
_TURN = 0
"""Beside the shards' numbers; whoever holds it begins a session."""
_OTHERS = text(
    "SELECT classid = :bot AS own, objid FROM pg_locks"
    " WHERE locktype = 'advisory' AND objsubid = 2 AND granted"
    " AND objid > 0 AND pid <> pg_backend_pid()"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_KEEPALIVE = {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10"}
"""So that PostgreSQL hears within minutes of a machine that is gone, and gives its place away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The part of a bot's servers that a process wants to serve."""

    application: str
    shards: Sequence[int] = (0,)
    shard_count: int = 1

    @property
    def bot(self) -> int:
        """The bot among all bots of a database, as the first half of an advisory lock's key."""
        digest = hashlib.sha256(self.application.encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1

    def key(self, shard: int) -> int:
        """The second half: a shard of another count is another one."""
        return self.shard_count * 1000 + shard + 1

    def taken(self, shard: int) -> StorageError:
        """What is wrong when another process serves that shard."""
        if self.shard_count == 1:
            return StorageError("storage-in-use")
        return StorageError("storage-shard-in-use", shard=shard)


class Place:
    """The place of one process; this one is held by a file and needs no care."""

    async def keep(self) -> None:
        """Watch that the place is still held, until cancelled.

        Raises:
            StorageError: another process has taken it.
        """
        await asyncio.Event().wait()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Keep the bot's other processes from beginning a session meanwhile."""
        yield


@asynccontextmanager
async def only_instance(url: str, claim: Claim) -> AsyncIterator[Place]:
    """Hold the place of this process until the block ends; a dead process gives it back.

    Raises:
        StorageError: `storage-in-use`, `storage-shard-in-use`, `storage-shard-count`,
            `storage-other-bot`, or the database cannot be reached.
    """
    parsed = parse(url)
    if parsed.get_backend_name() == "sqlite":
        with translated():
            prepare_file(parsed)
            # One file has one lock, by whatever way it is reached.
            held = _locked(Path(parsed.database or "").resolve())  # noqa: ASYNC240 (at the start)
        with held:
            yield Place()
        return
    place = _ServerPlace(server_engine(parsed), claim)
    try:
        await place.take()
        yield place
    finally:
        await place.give_back()


def _locked(database: Path) -> AbstractContextManager[object]:
    try:
        return FileLock(f"{database}.lock", mode=0o600).acquire(blocking=False)
    except Timeout as error:
        raise StorageError("storage-in-use") from error


class _ServerPlace(Place):
    """PostgreSQL gives the locks back when their one connection ends."""

    def __init__(self, engine: "AsyncEngine", claim: Claim) -> None:
        # No transaction stays open: servers end sessions that idle in one.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._claim = claim
        self._connection: AsyncConnection | None = None
        self._alone = asyncio.Lock()
        """Held for each use of the connection, which is one conversation."""

    async def take(self) -> None:
        """Lock every shard first and look then: of two at once at least one sees the other."""
        with translated():
            self._connection = await self._engine.connect()
            for name, value in _KEEPALIVE.items():
                await self._connection.execute(select(func.set_config(name, value, False)))
        for shard in self._claim.shards:
            if not await self._lock(self._claim.key(shard)):
                raise self._claim.taken(shard)
        with translated():
            found = await self._connection.execute(_OTHERS, {"bot": self._claim.bot})
        self._check([(own, key // 1000) for own, key in found])

    def _check(self, others: Sequence[tuple[bool, int]]) -> None:
        """A job is any process's to take up, so they must all be the same bot's."""
        wanted = self._claim.shard_count
        for own, count in others:
            if not own:
                raise StorageError("storage-other-bot")
            if count != wanted:
                raise StorageError("storage-shard-count", found=count, wanted=wanted)

    async def give_back(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        await self._engine.dispose()

    async def keep(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            async with self._alone:
                if not await self._held():
                    await self._take_again()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        held = await self._wait_for_turn()
        try:
            yield
        finally:
            if held:
                await self._end_turn()

    async def _held(self) -> bool:
        """The locks live as long as the connection."""
        if self._connection is None:
            return False
        try:
            with translated():
                await self._connection.execute(select(1))
        except StorageError as error:
            log.warning("instance.lost", error=str(error))
            return False
        return True

    async def _take_again(self) -> None:
        try:
            await self.give_back()
            await self.take()
        except StorageError as error:
            if error.code in _REFUSALS:
                raise
            log.warning("instance.unreachable", error=str(error))
        else:
            log.info("instance.held_again")

    async def _wait_for_turn(self) -> bool:
        """Whether it is held: a database that is away must not keep the bot from Discord."""
        while True:
            try:
                async with self._alone:
                    if self._connection is None or await self._lock(_TURN):
                        return self._connection is not None
            except StorageError as error:
                log.warning("instance.no_turn", error=str(error))
                return False
            await asyncio.sleep(TURN_EVERY)

    async def _end_turn(self) -> None:
        key = (literal(self._claim.bot, Integer), literal(_TURN, Integer))
        try:
            async with self._alone:
                if self._connection is not None:
                    with translated():
                        await self._connection.execute(select(func.pg_advisory_unlock(*key)))
        except StorageError as error:
            log.warning("instance.turn_not_ended", error=str(error))

    async def _lock(self, number: int) -> bool:
        assert self._connection is not None
        key = (literal(self._claim.bot, Integer), literal(number, Integer))
        with translated():
            held = await self._connection.execute(select(func.pg_try_advisory_lock(*key)))
        return bool(held.scalar_one())
