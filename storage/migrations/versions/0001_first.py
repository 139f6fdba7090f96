"""The first schema: jobs, ledger, rules; the ledger and the audit only ever grow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text()
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")

JOBS = (
    sa.Column("id", TEXT, primary_key=True),
    sa.Column("interaction_id", WHOLE, nullable=False, unique=True),
    sa.Column("guild_id", WHOLE, nullable=False),
    sa.Column("channel_id", WHOLE, nullable=False),
    sa.Column("user_id", WHOLE, nullable=False),
    sa.Column("role_ids", TEXT, nullable=False),
    sa.Column("locale", TEXT, nullable=False),
    sa.Column("prompt", TEXT, nullable=False),
    sa.Column("model", TEXT, nullable=False),
    sa.Column("seconds", WHOLE),
    sa.Column("ratio", TEXT),
    sa.Column("images", TEXT, nullable=False),
    sa.Column("price", WHOLE, nullable=False),
    sa.Column("status", TEXT, nullable=False),
    sa.Column("inputs_ready", FLAG, nullable=False),
    sa.Column("created_at", WHOLE, nullable=False),
    sa.Column("started_at", WHOLE),
    sa.Column("post_started_at", WHOLE),
    sa.Column("finished_at", WHOLE),
    sa.Column("handle", TEXT),
    sa.Column("card", TEXT),
    sa.Column("failure", TEXT),
    sa.Column("failure_reason", TEXT),
    sa.Column("failure_params", TEXT, nullable=False),
    sa.Column("refunded", FLAG, nullable=False),
    sa.Column("video_url", TEXT),
    sa.Column("worker", TEXT),
    sa.Column("fence", WHOLE, nullable=False),
    sa.CheckConstraint("price >= 0", name="price"),
    sa.CheckConstraint(
        "status IN ('queued', 'running', 'delivering', 'delivered', 'failed', 'cancelled')",
        name="status",
    ),
    sa.CheckConstraint(
        "(finished_at IS NOT NULL) = (status IN ('delivered', 'failed', 'cancelled'))",
        name="finished",
    ),
)

TEXTS = (
    sa.Column("job_id", TEXT, sa.ForeignKey("jobs.id"), primary_key=True),
    sa.Column("text", TEXT, nullable=False),
)

ENTRIES = (
    sa.Column("id", WHOLE, primary_key=True, autoincrement=True),
    sa.Column("guild_id", WHOLE, nullable=False),
    sa.Column("user_id", WHOLE, nullable=False),
    sa.Column("kind", TEXT, nullable=False),
    sa.Column("amount", WHOLE, nullable=False),
    sa.Column("at", WHOLE, nullable=False),
    sa.Column("effective_at", WHOLE, nullable=False),
    sa.Column("job_id", TEXT, sa.ForeignKey("jobs.id")),
    sa.Column("hold_id", WHOLE, sa.ForeignKey("entries.id")),
    sa.Column("grant_id", WHOLE, sa.ForeignKey("entries.id")),
    sa.Column("limit_credits", WHOLE),
    sa.Column("limit_since", WHOLE),
    sa.Column("actor_id", WHOLE),
    sa.Column("reason", TEXT),
    sa.Column("expires_at", WHOLE),
    sa.CheckConstraint("amount BETWEEN 1 AND 1000000000", name="amount"),
    sa.CheckConstraint(
        "kind IN ('hold', 'settle', 'release', 'grant', 'revoke', 'adjust')", name="kind"
    ),
    sa.CheckConstraint(
        "(hold_id IS NOT NULL) = (kind IN ('settle', 'release'))", name="resolution"
    ),
    sa.CheckConstraint(
        "kind NOT IN ('hold', 'settle', 'release') OR job_id IS NOT NULL", name="job"
    ),
    sa.CheckConstraint("kind <> 'revoke' OR grant_id IS NOT NULL", name="revoke"),
    sa.CheckConstraint("kind NOT IN ('grant', 'adjust') OR grant_id IS NULL", name="source"),
    sa.CheckConstraint("kind NOT IN ('revoke', 'adjust') OR actor_id IS NOT NULL", name="actor"),
    sa.CheckConstraint("kind = 'grant' OR expires_at IS NULL", name="expiry"),
)

ALLOWANCES = (
    sa.Column("guild_id", WHOLE, nullable=False),
    sa.Column("scope", TEXT, nullable=False),
    sa.Column("target_id", WHOLE, nullable=False),
    sa.Column("credits", WHOLE),
    sa.Column("period", TEXT, nullable=False),
    sa.PrimaryKeyConstraint("guild_id", "scope", "target_id"),
    sa.CheckConstraint("credits BETWEEN 0 AND 1000000000", name="credits"),
    sa.CheckConstraint("scope IN ('member', 'role', 'server')", name="scope"),
    sa.CheckConstraint("(target_id = 0) = (scope = 'server')", name="target"),
    sa.CheckConstraint("period IN ('day', 'week', 'month')", name="period"),
)

SERVERS = (
    sa.Column("guild_id", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("timezone", TEXT),
    sa.Column("moderator_role", WHOLE),
    sa.Column("pool_credits", WHOLE),
    sa.Column("pool_period", TEXT),
    sa.Column("cooldown_seconds", WHOLE),
    sa.Column("pause_reason", TEXT),
    sa.Column("pause_actor_id", WHOLE),
    sa.Column("pause_at", WHOLE),
    sa.CheckConstraint("pool_credits BETWEEN 0 AND 1000000000", name="pool"),
    sa.CheckConstraint("pool_period IN ('day', 'week', 'month')", name="pool_period"),
    sa.CheckConstraint("cooldown_seconds > 0", name="cooldown"),
)

BLOCKS = (
    sa.Column("guild_id", WHOLE, nullable=False),
    sa.Column("user_id", WHOLE, nullable=False),
    sa.Column("reason", TEXT, nullable=False),
    sa.Column("actor_id", WHOLE, nullable=False),
    sa.Column("at", WHOLE, nullable=False),
    sa.PrimaryKeyConstraint("guild_id", "user_id"),
)

AUDIT = (
    sa.Column("id", WHOLE, primary_key=True, autoincrement=True),
    sa.Column("guild_id", WHOLE, nullable=False),
    sa.Column("actor_id", WHOLE, nullable=False),
    sa.Column("action", TEXT, nullable=False),
    sa.Column("target_id", WHOLE),
    sa.Column("details", TEXT),
    sa.Column("reason", TEXT),
    sa.Column("at", WHOLE, nullable=False),
)

TABLES: dict[str, tuple[SchemaItem, ...]] = {
    "jobs": JOBS,
    "texts": TEXTS,
    "entries": ENTRIES,
    "allowances": ALLOWANCES,
    "servers": SERVERS,
    "blocks": BLOCKS,
    "audit": AUDIT,
}
INDICES = (
    ("jobs_by_status", "jobs", ("status", "created_at")),
    ("jobs_by_member", "jobs", ("guild_id", "user_id", "status")),
    ("jobs_of_member", "jobs", ("guild_id", "user_id", "created_at")),
    ("jobs_by_model", "jobs", ("model", "status", "finished_at")),
    ("entries_by_member", "entries", ("guild_id", "user_id", "id")),
    ("entries_by_kind", "entries", ("guild_id", "user_id", "kind")),
    ("entries_of_member", "entries", ("guild_id", "user_id", "effective_at", "kind", "amount")),
    ("entries_of_server", "entries", ("guild_id", "effective_at", "kind", "amount")),
    ("entries_of_all", "entries", ("effective_at", "kind", "amount")),
    ("entries_by_grant", "entries", ("grant_id", "kind", "amount")),
    ("entries_by_job", "entries", ("job_id",)),
    ("audit_by_server", "audit", ("guild_id", "at")),
)
APPEND_ONLY = ("entries", "audit")


def upgrade() -> None:
    for table, items in TABLES.items():
        op.create_table(table, *items, sqlite_strict=True)
    for index, table, columns in INDICES:
        op.create_index(index, table, columns)
    op.create_index("entries_one_resolution", "entries", ["hold_id"], unique=True)
    for table in APPEND_ONLY:
        _forbid_changes(table)


def _forbid_changes(table: str) -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    refuse = _refuse_on_sqlite if on_sqlite else _refuse_on_postgres
    for statement in refuse(table):
        op.execute(statement)


def _refuse_on_sqlite(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("update", "delete")
    ]


def _refuse_on_postgres(table: str) -> list[str]:
    function = f"{table}_append_only()"
    refuse = f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    verbs = f"UPDATE OR DELETE OR TRUNCATE ON {table}"
    return [
        f"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS {refuse}",
        f"CREATE TRIGGER {table}_append_only BEFORE {verbs} EXECUTE FUNCTION {function}",
    ]
