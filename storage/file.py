"""The SQLite file before anything is written to it: there, writable and whole, or refused."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL

from bot.domain.errors import StorageError

BUSY_SECONDS = 5
"""How long SQLite waits for another process."""

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_MAGIC = b"SQLite format 3\0"
_MARK = """\
Clapper keeps its ledger in { name }. This file says that it was there, so that a start which does
not find it refuses instead of beginning with nobody's credits. To begin anew, delete this file too.
"""


class SqliteFile:
    """A database file by its path; nothing here writes to one that exists."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.mark = Path(f"{path}.known")

    def is_new(self) -> bool:
        """Whether a start would make it.

        Raises:
            StorageError: `storage-file-missing` when a ledger was there before.
        """
        gone = not self.path.exists() or (self.path.is_file() and not self.path.stat().st_size)
        if gone and self.mark.exists():
            raise self._missing()
        return gone

    def make(self) -> None:
        """Make a new one and its folder for this user alone; refuse one that cannot be used.

        Raises:
            StorageError: `storage-file-missing` or `storage-file-readonly`.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.is_new() and os.access(self.path.parent, os.W_OK):
            self.path.touch(mode=0o600)
        self.check_rights()
        # What cannot be opened shows here: aiosqlite's thread would outlive the failure and speak
        # to an event loop that may be closed by then.
        sqlite3.connect(self.path).close()

    def check_rights(self) -> None:
        """Refuse a file that cannot be written, or whose folder cannot hold its -wal and -shm.

        Raises:
            StorageError: `storage-file-readonly`.
        """
        writable = os.access(self.path, os.R_OK | os.W_OK)
        if not (writable and os.access(self.path.parent, os.W_OK | os.X_OK)):
            raise StorageError("storage-file-readonly", path=str(self.path))

    def examine(self) -> str | None:
        """Look the whole file over and return its revision; `None` for one without tables.

        Raises:
            StorageError: `storage-file-corrupt`, or `-missing` when a ledger was there before.
        """
        if not self._begins_as_one():
            raise self._corrupt()
        with self.reading() as connection:
            if connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
                raise self._corrupt()
            revision = _revision(connection)
        if revision is None and self.mark.exists():
            raise self._missing()  # such as the file alone, copied without its -wal
        return revision

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that neither writes nor checkpoints, beside whichever writes.

        Raises:
            StorageError: `storage-file-corrupt` when what is read shows it.
        """
        # What a crash left in a rollback journal can only be undone by writing; Clapper's own
        # journal is the -wal, and there is another only while a file becomes such a one.
        mode = "rw" if Path(f"{self.path}-journal").exists() else "ro"
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        opened = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        with closing(opened) as connection:
            try:
                yield connection
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode & 0xFF not in _DAMAGE:
                    raise
                raise self._corrupt() from error

    def remember(self) -> None:
        """Leave the mark beside the file: from now on a missing one is a loss."""
        if not self.mark.exists():
            self.mark.touch(mode=0o600)
            self.mark.write_text(_MARK.replace("{ name }", self.path.name), encoding="utf-8")

    def _begins_as_one(self) -> bool:
        with self.path.open("rb") as file:
            # SQLite takes whatever is shorter than its header for a new file, and writes over it.
            return file.read(len(_MAGIC)) in (b"", _MAGIC)

    def _missing(self) -> StorageError:
        return StorageError("storage-file-missing", path=str(self.path), mark=str(self.mark))

    def _corrupt(self) -> StorageError:
        # The file stays where it is. Taken away, it would be told as missing at the next try, and
        # three files cannot be moved at once: a -wal without its database is lost credits.
        return StorageError("storage-file-corrupt", path=str(self.path))


def file_of(url: URL) -> SqliteFile | None:
    """The file of a parsed URL; `None` for PostgreSQL."""
    on_disk = url.get_backend_name() == "sqlite" and url.database
    return SqliteFile(Path(url.database)) if on_disk and url.database else None


def prepare_file(url: URL) -> None:
    """Make a SQLite file that is not there yet; refuse one that was, or that cannot be written."""
    if file := file_of(url):
        file.make()


def _revision(connection: sqlite3.Connection) -> str | None:
    tables = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    if not connection.execute(tables).fetchone():
        return None
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if found is None else str(found[0])
