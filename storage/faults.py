"""Foreign errors of the databases become `StorageError` codes here, and nowhere else."""

import errno
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.domain.errors import StorageError

_FOREIGN: tuple[type[Exception], ...] = (SQLAlchemyError, sqlite3.Error, OSError, TimeoutError)

_SQLITE = {
    sqlite3.SQLITE_BUSY: "storage-busy",
    sqlite3.SQLITE_LOCKED: "storage-busy",
    sqlite3.SQLITE_FULL: "storage-full",
    sqlite3.SQLITE_READONLY: "storage-readonly",
    sqlite3.SQLITE_PERM: "storage-readonly",
    sqlite3.SQLITE_IOERR: "storage-io",
    sqlite3.SQLITE_CORRUPT: "storage-corrupt",
    sqlite3.SQLITE_NOTADB: "storage-corrupt",
    sqlite3.SQLITE_CANTOPEN: "storage-unreachable",
}

_ERRNOS = {
    errno.EACCES: "storage-readonly",
    errno.EPERM: "storage-readonly",
    errno.EROFS: "storage-readonly",
    errno.ENOSPC: "storage-full",
    errno.EIO: "storage-io",
}

_SQLSTATES = (  # https://www.postgresql.org/docs/current/errcodes-appendix.html; first match wins
    ("57014", "storage-timeout"),
    ("25006", "storage-readonly"),
    ("42501", "storage-readonly"),
    ("53100", "storage-full"),
    ("58", "storage-io"),
    ("XX001", "storage-corrupt"),
    ("XX002", "storage-corrupt"),
    ("28", "storage-denied"),
    ("3D", "storage-no-database"),
    ("08", "storage-unreachable"),
    ("57P", "storage-unreachable"),
    ("53", "storage-busy"),
    ("55P03", "storage-busy"),
    ("40", "storage-busy"),
)


@contextmanager
def translated() -> Iterator[None]:
    """Let foreign errors leave as `StorageError`; the cause stays chained, the code says enough."""
    try:
        yield
    except (*_FOREIGN, *_of_postgres()) as error:
        raise StorageError(code_of(error)) from error


def _of_postgres() -> tuple[type[Exception], ...]:
    """What asyncpg raises by itself, where it was loaded: nobody else need wait for it."""
    asyncpg = sys.modules.get("asyncpg")
    return (asyncpg.PostgresError, asyncpg.InterfaceError) if asyncpg else ()


def code_of(error: BaseException) -> str:
    """The `storage-…` code of a foreign error; `storage-failed` when nothing fits better."""
    if isinstance(error, TimeoutError | PoolTimeout):
        return "storage-timeout"
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, IntegrityError | sqlite3.IntegrityError):
        return "storage-conflict"
    if (number := getattr(cause, "sqlite_errorcode", None)) is not None:
        return _SQLITE.get(number & 0xFF, "storage-failed")  # the low byte is the primary code
    if state := getattr(cause, "sqlstate", None):
        return _code_of_state(state)
    if isinstance(cause, OSError):
        return _ERRNOS.get(cause.errno or 0, "storage-unreachable")
    return "storage-failed"


def _code_of_state(state: str) -> str:
    return next((code for start, code in _SQLSTATES if state.startswith(start)), "storage-failed")
