"""Brings a database to this version's schema, in the transaction that it is given."""

from pathlib import Path

import structlog
from sqlalchemy import Connection, inspect

from bot.domain.errors import SchemaTooNew, StorageError
from storage.locks import Lock, hold_lock

log = structlog.stdlib.get_logger()


def migrate(connection: Connection) -> None:
    """Run every revision that is missing; two processes may start at once.

    Raises:
        SchemaTooNew: a newer Clapper wrote it; nothing was changed.
    """
    hold_lock(connection, Lock.MIGRATION)
    _upgrade(connection)


def revisions() -> list[str]:
    """Every revision that this version knows, the newest first: what its files begin with."""
    files = (Path(__file__).parent / "migrations" / "versions").glob("[0-9]*.py")
    return sorted((file.name.partition("_")[0] for file in files), reverse=True)


def missing_in(connection: Connection) -> int:
    """How many revisions a database lacks.

    Raises:
        SchemaTooNew: a newer Clapper wrote it.
    """
    known, present = revisions(), _present(connection)
    if present is None:
        return len(known)
    if present not in known:
        raise SchemaTooNew("storage-schema-too-new", found=present)
    return known.index(present)


def _present(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
    return found.scalars().one_or_none()


def _upgrade(connection: Connection) -> None:
    missing = missing_in(connection)
    if missing == 0:
        return
    if connection.dialect.name == "postgresql" and missing < len(revisions()):
        log.warning("database.migrated_without_copy", revisions=missing)  # as pg_dump would make
    _run_missing(connection)


def _run_missing(connection: Connection) -> None:
    # Most starts find nothing missing, and alembic takes a tenth of their time.
    from alembic import command, util  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except util.CommandError as error:
        raise StorageError("storage-failed") from error
