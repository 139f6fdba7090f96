"""What moderators decide for their server; each decision is kept with who, when and why."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, update

from bot.domain.errors import Refusal
from bot.domain.ledger import Allowance, Scope
from bot.domain.quota import Pool
from storage.database import Database
from storage.locks import hold_lock
from storage.schema import allowances, audit, blocks, servers

T = TypeVar("T")
Columns: TypeAlias = Mapping[str, object]


class Rules:
    """Allowances, blocks, the pause and a server's own settings."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def set_allowance(self, guild_id: int, allowance: Allowance, *, actor_id: int) -> None:
        """Say what a member, a role or everybody in a server may spend per period.

        Raises:
            ValueError: the operator's default is a setting, not a server's rule.
        """
        if allowance.scope is Scope.DEFAULT:
            raise ValueError(allowance.scope)
        key = _key(guild_id, allowance.scope, allowance.target_id)
        values = {"credits": allowance.credits, "period": allowance.period}
        details = {"scope": allowance.scope, **values}
        note = {
            "action": "allowance-set",
            "target_id": allowance.target_id,
            "details": details,
        }
        await self._decide(guild_id, actor_id, note, partial(_put, allowances, key, values))

    async def clear_allowance(
        self, guild_id: int, scope: Scope, target_id: int | None, *, actor_id: int
    ) -> bool:
        """Take a rule away, so that the next less specific one counts; whether there was one."""
        note = {"action": "allowance-cleared", "target_id": target_id, "details": {"scope": scope}}
        remove = partial(_remove, allowances, _key(guild_id, scope, target_id))
        return await self._decide(guild_id, actor_id, note, remove)

    async def block(self, guild_id: int, user_id: int, *, actor_id: int, reason: str) -> None:
        """Let a member make no more videos here; a second block has the newer reason."""
        note = {"action": "blocked", "target_id": user_id, "reason": reason}
        values = {"reason": reason, "actor_id": actor_id, "at": self._clock()}
        key = {"guild_id": guild_id, "user_id": user_id}
        await self._decide(guild_id, actor_id, note, partial(_put, blocks, key, values))

    async def unblock(
        self, guild_id: int, user_id: int, *, actor_id: int, reason: str | None = None
    ) -> bool:
        """Let a member make videos again; whether they were blocked."""
        note = {"action": "unblocked", "target_id": user_id, "reason": reason}
        key = {"guild_id": guild_id, "user_id": user_id}
        return await self._decide(guild_id, actor_id, note, partial(_remove, blocks, key))

    async def pause(self, guild_id: int, *, actor_id: int, reason: str) -> None:
        """Let nobody make videos here for now."""
        values = {"pause_reason": reason, "pause_actor_id": actor_id, "pause_at": self._clock()}
        await self._configure(guild_id, actor_id, "paused", values, reason=reason)

    async def resume(self, guild_id: int, *, actor_id: int, reason: str | None = None) -> bool:
        """End the pause; whether there was one."""
        note = {"action": "resumed", "reason": reason}
        return await self._decide(guild_id, actor_id, note, partial(_resume, guild_id))

    async def set_moderator_role(
        self, guild_id: int, role_id: int | None, *, actor_id: int
    ) -> None:
        """Name the role whose members moderate; `None` leaves it to the permission."""
        await self._configure(guild_id, actor_id, "moderator-role", {"moderator_role": role_id})

    async def moderator_role(self, guild_id: int) -> int | None:
        """The role whose members moderate."""
        statement = select(servers.c.moderator_role).where(servers.c.guild_id == guild_id)

        def read(connection: Connection) -> int | None:
            return connection.execute(statement).scalar_one_or_none()

        return await self._database.transact(read)

    async def set_timezone(self, guild_id: int, name: str | None, *, actor_id: int) -> None:
        """Say where this server's days begin; `None` is the operator's time zone.

        Raises:
            Refusal: `refusal-timezone` for a name that the system's database does not have.
        """
        if name is not None and not _is_zone(name):
            raise Refusal("refusal-timezone", value=name)
        await self._configure(guild_id, actor_id, "timezone", {"timezone": name})

    async def set_pool(self, guild_id: int, pool: Pool | None, *, actor_id: int) -> None:
        """Cap what all members of a server spend together."""
        values = {
            "pool_credits": pool.credits if pool else None,
            "pool_period": pool.period if pool else None,
        }
        await self._configure(guild_id, actor_id, "pool", values)

    async def set_cooldown(
        self, guild_id: int, cooldown: timedelta | None, *, actor_id: int
    ) -> None:
        """Let members wait between two videos that are not given back."""
        values = {"cooldown_seconds": int(cooldown.total_seconds()) if cooldown else None}
        await self._configure(guild_id, actor_id, "cooldown", values)

    async def set_spoiler(self, guild_id: int, on: bool, *, actor_id: int) -> None:
        """Let every video be posted behind a spoiler here, or only where its member asks."""
        await self._configure(guild_id, actor_id, "spoiler", {"spoiler": on})

    async def _configure(
        self,
        guild_id: int,
        actor_id: int,
        action: str,
        values: Columns,
        *,
        reason: str | None = None,
    ) -> None:
        details = None if reason else values
        note = {"action": action, "reason": reason, "details": details}
        put = partial(_put, servers, {"guild_id": guild_id}, values)
        await self._decide(guild_id, actor_id, note, put)

    async def _decide(
        self,
        guild_id: int,
        actor_id: int,
        note: Columns,
        work: Callable[[Connection], T],
    ) -> T:
        """Do `work` and note it, in one transaction; what changed nothing is not noted."""

        def decide(connection: Connection) -> T:
            hold_lock(connection, guild_id)
            result = work(connection)
            if result is not False:
                connection.execute(insert(audit).values(**who, **note))
            return result

        who = {"guild_id": guild_id, "actor_id": actor_id, "at": self._clock()}
        return await self._database.transact(decide)


def _key(guild_id: int, scope: Scope, target_id: int | None) -> Columns:
    target = 0 if scope is Scope.SERVER else target_id
    return {"guild_id": guild_id, "scope": scope, "target_id": target}


def _matches(table: Table, key: Columns) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in key.items()]


def _put(table: Table, key: Columns, values: Columns, connection: Connection) -> None:
    """Change the row of that key or write it; the server's lock keeps others out meanwhile."""
    changed = (
        update(table).where(*_matches(table, key)).values(**values).returning(table.c.guild_id)
    )
    if connection.execute(changed).first() is None:
        connection.execute(insert(table).values(**key, **values))


def _remove(table: Table, key: Columns, connection: Connection) -> bool:
    removed = delete(table).where(*_matches(table, key)).returning(table.c.guild_id)
    return connection.execute(removed).first() is not None


def _resume(guild_id: int, connection: Connection) -> bool:
    paused = (servers.c.guild_id == guild_id, servers.c.pause_at.is_not(None))
    values = {"pause_at": None, "pause_reason": None, "pause_actor_id": None}
    statement = update(servers).where(*paused).values(values).returning(servers.c.guild_id)
    return connection.execute(statement).first() is not None


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder
        return False
    return True
