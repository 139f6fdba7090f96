"""The open database: one shielded transaction at a time for whoever asks."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, select

from bot.domain.errors import StorageError
from storage.access import Access, access_to
from storage.backup import drop_older_copies, keep_before_migration
from storage.engine import check_sqlite, parse
from storage.faults import translated
from storage.file import SqliteFile, file_of
from storage.migrate import migrate
from storage.trouble import Trouble

T = TypeVar("T")

TRANSACTION_SECONDS = 30
"""How long a transaction may take, waiting for its turn included."""
MIGRATION_SECONDS = 900
PING_SECONDS = 5


class Database:
    """A connected, migrated database; every read and write goes through `transact`."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._running: set[asyncio.Task[object]] = set()
        self._closed = False
        self.trouble = Trouble()

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Connect, check and migrate.

        Raises:
            StorageError: `storage-malformed-url`, `storage-unreachable`, `storage-denied`,
                `storage-no-database`, `storage-file-missing`, `storage-file-corrupt`, …
            SchemaTooNew: a newer Clapper wrote it.
        """
        parsed = parse(url)
        if file := file_of(parsed):
            with translated():
                await asyncio.to_thread(_prepare, file)
        access = access_to(parsed)
        database = cls(access)
        try:
            await database._start(on_file=file is not None)
            if file:
                with translated():
                    await asyncio.to_thread(_settle_in, file)
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Let running transactions end, then disconnect; calling it again is harmless."""
        self._closed = True
        if self._running:
            await asyncio.wait(self._running)
        with translated():
            await self._access.close()

    async def ping(self) -> None:
        """Ask the cheapest question.

        Raises:
            StorageError: it has no answer within five seconds.
        """
        await self.transact(_nothing, seconds=PING_SECONDS)

    async def try_to_write(self) -> None:
        """Write what is there already; when that is taken, the trouble is over.

        Raises:
            StorageError: it is not taken.
        """
        await self.transact(_rewrite)
        self.trouble.over()

    async def transact(
        self,
        work: Callable[[Connection], T],
        *,
        seconds: float = TRANSACTION_SECONDS,
    ) -> T:
        """Run `work` in one transaction: committed when it returns, rolled back when it raises.

        The transaction has a task of its own: a caller that is cancelled stops waiting, the
        transaction goes on to its end. Whoever may be cancelled must be able to ask again, and so
        must whoever hears `storage-timeout`: a disk may hold a commit up and take it afterwards.

        Raises:
            StorageError: the database's errors, translated; errors of `work` pass unchanged.
        """
        if self._closed:
            raise StorageError("storage-closed")
        task = asyncio.create_task(self._run(work, seconds))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _run(self, work: Callable[[Connection], T], seconds: float) -> T:
        try:
            with translated():
                async with asyncio.timeout(seconds):
                    return await self._access.run(work)
        except StorageError as error:
            self.trouble.note(error)
            raise

    async def _start(self, *, on_file: bool) -> None:
        try:
            await self.ping()
        except TypeError as error:  # a parameter of the URL that the driver does not know
            raise StorageError("storage-malformed-url") from error
        if on_file:
            await self.transact(check_sqlite)
        await self.transact(migrate, seconds=MIGRATION_SECONDS)


def _prepare(file: SqliteFile) -> None:
    file.make()
    keep_before_migration(file, file.examine())


def _settle_in(file: SqliteFile) -> None:
    file.remember()
    drop_older_copies(file)


def _nothing(connection: Connection) -> None:
    connection.execute(select(1))


def _rewrite(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")
