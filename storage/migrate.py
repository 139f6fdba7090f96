"""Brings a database to this version's schema, in the transaction that it is given."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import SchemaTooNew
from storage.locks import Lock, hold_lock


async def migrate(connection: AsyncConnection) -> None:
    """Run every revision that is missing; two processes may start at once.

    Raises:
        SchemaTooNew: a newer Clapper wrote it; nothing was changed.
    """
    await hold_lock(connection, Lock.MIGRATION)
    await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    script = ScriptDirectory.from_config(config)
    present = MigrationContext.configure(connection).get_current_heads()
    _refuse_unknown(present, script)
    if set(present) != set(script.get_heads()):
        command.upgrade(config, "head")


def _refuse_unknown(present: tuple[str, ...], script: ScriptDirectory) -> None:
    known = {revision.revision for revision in script.walk_revisions()}
    for revision in present:
        if revision not in known:
            raise SchemaTooNew("storage-schema-too-new", found=revision)
