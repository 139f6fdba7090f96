"""Verified copies of a SQLite database, made beside whatever works on it."""

import os
import secrets
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import URL, NullPool, create_engine, func, select

from bot.domain.errors import StorageError
from storage.engine import parse
from storage.faults import translated
from storage.file import SqliteFile, file_of
from storage.migrate import revisions
from storage.schema import entries, jobs
from storage.verify import violations

log = structlog.stdlib.get_logger()

_OWN = ("", "-wal", "-shm", "-journal", ".lock", ".known")
"""How the names of a database's own files end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy that can be read from its first to its last page."""

    path: Path
    size: int
    jobs: int
    entries: int
    revision: str
    broken: tuple[str, ...]
    """Laws of the ledger that it breaks, as its source does; looked at in the newest revision."""


def back_up(url: str, target: Path, *, replace: bool = False) -> Copy:
    """Copy a SQLite database into a new file; it may be in use. Blocks until it is done.

    Raises:
        StorageError: `storage-backup-…`: there is nothing to copy, `target` cannot be (or must
            not be) written, or it is PostgreSQL, which has a command of its own for this.
    """
    parsed = parse(url)
    file = file_of(parsed)
    if file is None:
        raise StorageError("storage-backup-server", command=_pg_dump(parsed, target))
    with translated():
        if file.is_new() or file.examine() is None:
            raise StorageError("storage-backup-nothing", path=str(file.path))
        _check_target(file, target, replace=replace)
        return _copy(file, target)


def keep_before_migration(file: SqliteFile, found: str | None) -> None:
    """Copy a database beside itself that is about to be changed; without it nothing is changed.

    Raises:
        StorageError: the copy could not be made.
    """
    known = revisions()
    if found in known[1:]:
        copy = _copy(file, Path(f"{file.path}.before-{known[0]}"))
        log.info("database.copied", path=str(copy.path), bytes=copy.size, revision=copy.revision)


def drop_older_copies(file: SqliteFile) -> None:
    """One way back is enough: each is as large as the ledger, and they are no backups."""
    newest = f"{file.path.name}.before-{revisions()[0]}"
    for path in file.path.parent.iterdir():
        if path.name.startswith(f"{file.path.name}.before-") and path.name != newest:
            path.unlink()
            log.info("database.copy_dropped", path=str(path))


def _check_target(file: SqliteFile, target: Path, *, replace: bool) -> None:
    shown = str(target)
    own = {Path(f"{file.path.resolve()}{end}") for end in _OWN}
    with _writing(target):
        if target.resolve() in own:
            raise StorageError("storage-backup-itself", path=shown)
        if not target.absolute().parent.is_dir():
            raise StorageError("storage-backup-no-folder", path=str(target.absolute().parent))
        if target.exists() and not target.is_file():
            raise StorageError("storage-backup-no-file", path=shown)
        if target.exists() and not replace:
            raise StorageError("storage-backup-exists", path=shown)


def _copy(file: SqliteFile, target: Path) -> Copy:
    """The copy has its name only when it is whole, verified and on the disk."""
    partial = target.with_name(f".clapper-{secrets.token_hex(8)}.part")
    try:
        with _writing(target):
            partial.touch(mode=0o600, exist_ok=False)
            with file.reading() as connection:
                connection.execute("VACUUM INTO ?", (str(partial),))
            _sync(partial)
        found = _verified(partial, target)
        with _writing(target):
            partial.replace(target)
            _sync(target.parent)
    finally:
        partial.unlink(missing_ok=True)
    return found


def _verified(path: Path, target: Path) -> Copy:
    """What is in the copy.

    Raises:
        StorageError: `storage-backup-damaged`.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(uri, uri=True), poolclass=NullPool
    )
    with engine.connect() as connection:
        if connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() != ["ok"]:
            raise StorageError("storage-backup-damaged", path=str(target))
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        newest = (at := revision.scalar_one()) == revisions()[0]
        return Copy(
            path=target,
            size=path.stat().st_size,
            jobs=connection.execute(select(func.count()).select_from(jobs)).scalar_one(),
            entries=connection.execute(select(func.count()).select_from(entries)).scalar_one(),
            revision=at,
            broken=tuple(violations(connection)) if newest else (),
        )


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """What cannot be written is told with its place; names may be too long, or hold a NUL."""
    try:
        yield
    except (OSError, ValueError, sqlite3.Error) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        raise StorageError("storage-backup-unwritten", path=str(target), reason=reason) from error


def _sync(path: Path) -> None:
    """Have a file, or a folder's list of names, on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders
    number = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _pg_dump(url: URL, target: Path) -> str:
    """The command that does it for PostgreSQL; it asks for the password itself."""
    query = {("sslmode" if key == "ssl" else key): value for key, value in url.query.items()}
    place = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return shlex.join(["pg_dump", "--format=custom", f"--file={target}", place.render_as_string()])
