"""The two databases: what their URLs may look like and how each is driven."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from bot.domain.errors import StorageError
from storage.file import BUSY_SECONDS

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

COMMAND_SECONDS = 15.0
"""How long one statement may take on PostgreSQL, waiting for locks included."""
CONNECT_SECONDS = 10

_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",  # in the settings of those who know SQLAlchemy
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}

_PRAGMAS: dict[str, str | int] = {
    "busy_timeout": BUSY_SECONDS * 1000,  # first: the others may have to wait
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit that was answered survives a power cut
    "foreign_keys": 1,
}


class _Cursor(Protocol):
    def execute(self, statement: str) -> object: ...

    def close(self) -> None: ...


class _DriverConnection(Protocol):
    """What SQLite's driver calls a connection, as far as it is set up here."""

    isolation_level: str | None

    def cursor(self) -> _Cursor: ...


def parse(url: str) -> URL:
    """The URL with the driver that Clapper uses.

    Raises:
        StorageError: `storage-malformed-url`; never with the URL, which may hold a password.
    """
    try:
        parsed = make_url(url.strip())
    except (ArgumentError, ValueError) as error:
        raise StorageError("storage-malformed-url") from error
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise StorageError("storage-malformed-url", scheme=parsed.drivername)
    return _file_url(parsed) if driver == "sqlite" else _server_url(parsed, driver)


def file_engine(
    url: URL, connection: Callable[[], sqlite3.Connection], *, read_only: bool = False
) -> Engine:
    """An engine for SQLite on the one connection that there is.

    One for everything: statements of two tasks never share a transaction, and SQLite before
    3.51.3 can corrupt a WAL that two connections write.
    """
    creator: Any = connection  # SQLAlchemy's protocol wants `__getattr__`
    engine = create_engine(url, creator=creator, poolclass=StaticPool, hide_parameters=True)
    if not read_only:
        event.listen(engine, "connect", _set_up_connection)
        event.listen(engine, "begin", _begin_immediate)
    return engine


def reading(url: URL) -> URL:
    """The same SQLite file, never to be written."""
    return url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})


def server_engine(url: URL, command_seconds: float = COMMAND_SECONDS) -> "AsyncEngine":
    """An engine for PostgreSQL that has not connected yet.

    Raises:
        StorageError: `storage-driver-missing` without the extra `postgres`.
    """
    # It brings SQLAlchemy's whole ORM with it, which a start on SQLite need not wait for.
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

    try:
        return create_async_engine(
            url,
            pool_size=10,
            max_overflow=0,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"timeout": CONNECT_SECONDS, "command_timeout": command_seconds},
        )
    except ModuleNotFoundError as error:
        raise StorageError("storage-driver-missing", driver=url.drivername) from error


def check_sqlite(connection: Connection) -> None:
    """Read the pragmas back: builds differ, and some ignore a pragma.

    Raises:
        StorageError: `storage-pragma`.
    """
    for name, wanted in _PRAGMAS.items():
        found = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        if found != wanted:
            raise StorageError("storage-pragma", name=name, wanted=wanted, found=found)


def _file_url(parsed: URL) -> URL:
    if not parsed.database or parsed.database == ":memory:" or parsed.host:
        # Two slashes make a host of the folder, and a ledger in memory would be lost.
        raise StorageError("storage-malformed-url", scheme=parsed.drivername)
    path = str(Path(parsed.database).expanduser())
    return parsed.set(drivername="sqlite", database=path)


def _server_url(parsed: URL, driver: str) -> URL:
    # Hosters hand out libpq's `sslmode`, which asyncpg's keyword is `ssl` for.
    query = {("ssl" if key == "sslmode" else key): value for key, value in parsed.query.items()}
    return parsed.set(drivername=driver, query=query)


def _set_up_connection(connection: _DriverConnection, _record: object) -> None:
    connection.isolation_level = None  # or the driver opens deferred transactions of its own
    cursor = connection.cursor()
    for name, value in _PRAGMAS.items():
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    # A deferred transaction that writes after another commit fails at once, unheard by the
    # busy timeout; an immediate one waits for its turn.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
