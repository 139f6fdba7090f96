"""Brings a database to this version's schema, in the transaction that it is given."""

import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.domain.errors import SchemaTooNew
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
    """Every revision that this version knows, the newest first."""
    script = ScriptDirectory.from_config(_config())
    return [revision.revision for revision in script.walk_revisions()]


def missing_in(connection: Connection) -> int:
    """How many revisions a database lacks.

    Raises:
        SchemaTooNew: a newer Clapper wrote it.
    """
    known = revisions()
    present = MigrationContext.configure(connection).get_current_heads()
    for revision in present:
        if revision not in known:
            raise SchemaTooNew("storage-schema-too-new", found=revision)
    return known.index(present[0]) if present else len(known)


def _upgrade(connection: Connection) -> None:
    missing = missing_in(connection)
    if missing == 0:
        return
    if connection.dialect.name == "postgresql" and missing < len(revisions()):
        log.warning("database.migrated_without_copy", revisions=missing)  # as pg_dump would make
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    return config
