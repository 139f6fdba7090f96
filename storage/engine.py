"""The two databases: what their URLs may look like and how each is driven."""

from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, AsyncAdaptedQueuePool, Connection, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.domain.errors import StorageError
from storage.file import BUSY_SECONDS

COMMAND_SECONDS = 15.0
"""How long one statement may take on PostgreSQL, waiting for locks included."""
CONNECT_SECONDS = 10

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
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
    return _file_url(parsed) if driver == "sqlite+aiosqlite" else _server_url(parsed, driver)


def create(url: URL, command_seconds: float = COMMAND_SECONDS) -> AsyncEngine:
    """An engine that has not connected yet; `command_seconds` are PostgreSQL's.

    Raises:
        StorageError: `storage-driver-missing` without the extra `postgres`.
    """
    try:
        on_sqlite = url.get_backend_name() == "sqlite"
        return _sqlite(url) if on_sqlite else _postgres(url, command_seconds)
    except ModuleNotFoundError as error:
        raise StorageError("storage-driver-missing", driver=url.drivername) from error


async def check_sqlite(connection: AsyncConnection) -> None:
    """Read the pragmas back: builds differ, and some ignore a pragma.

    Raises:
        StorageError: `storage-pragma`.
    """
    for name, wanted in _PRAGMAS.items():
        found = (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
        if found != wanted:
            raise StorageError("storage-pragma", name=name, wanted=wanted, found=found)


def _file_url(parsed: URL) -> URL:
    if not parsed.database or parsed.database == ":memory:" or parsed.host:
        # Two slashes make a host of the folder, and a ledger in memory would be lost.
        raise StorageError("storage-malformed-url", scheme=parsed.drivername)
    path = str(Path(parsed.database).expanduser())
    return parsed.set(drivername="sqlite+aiosqlite", database=path)


def _server_url(parsed: URL, driver: str) -> URL:
    # Hosters hand out libpq's `sslmode`, which asyncpg's keyword is `ssl` for.
    query = {("ssl" if key == "sslmode" else key): value for key, value in parsed.query.items()}
    return parsed.set(drivername=driver, query=query)


def _sqlite(url: URL) -> AsyncEngine:
    # One connection for everything: statements of two tasks never share a transaction, and
    # SQLite before 3.51.3 can corrupt a WAL that two connections write.
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "connect", _set_up_connection)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


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


def _postgres(url: URL, command_seconds: float) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=10,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"timeout": CONNECT_SECONDS, "command_timeout": command_seconds},
    )
