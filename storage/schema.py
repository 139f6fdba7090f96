"""The whole schema on one page; `migrations/` builds it, and a test holds the two together."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    text,
)

from storage.columns import Document, Flag, Instant, Whole, Words

_UNTOLD = text("untold = 1")

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "ck": "%(table_name)s_%(constraint_name)s_ck",
        "uq": "%(table_name)s_%(column_0_name)s_uq",
    }
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Words, primary_key=True),
    Column("interaction_id", Whole, nullable=False, unique=True),
    Column("guild_id", Whole, nullable=False),
    Column("channel_id", Whole, nullable=False),
    Column("user_id", Whole, nullable=False),
    Column("role_ids", Document, nullable=False),
    Column("locale", Words, nullable=False),
    Column("prompt", Words, nullable=False),
    Column("model", Words, nullable=False),
    Column("seconds", Whole),
    Column("ratio", Words),
    Column("images", Document, nullable=False),
    Column("continues", Words),
    Column("spoiler", Flag, nullable=False, server_default="0"),
    Column("price", Whole, nullable=False),
    Column("status", Words, nullable=False),
    Column("inputs_ready", Flag, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("post_started_at", Instant),
    Column("finished_at", Instant),
    Column("handle", Document),
    Column("opening", Document),  # both hold the interaction token: a secret, never logged
    Column("card", Document),
    Column("failure", Words),
    Column("failure_reason", Words),
    Column("failure_params", Document, nullable=False),
    Column("refunded", Flag, nullable=False),
    Column("untold", Flag, nullable=False, server_default="0"),
    Column("videos", Document, nullable=False, server_default="[]"),
    Column("server_spoiler", Flag, nullable=False, server_default="0"),
    Column("claimable_since", Instant),
    Column("worker", Words),
    Column("lease_until", Instant),
    Column("fence", Whole, nullable=False),
    CheckConstraint("price >= 0", name="price"),
    CheckConstraint(
        "status IN ('queued', 'running', 'delivering', 'delivered', 'failed', 'cancelled')",
        name="status",
    ),
    CheckConstraint(
        "(finished_at IS NOT NULL) = (status IN ('delivered', 'failed', 'cancelled'))",
        name="finished",
    ),
    Index("jobs_by_status", "status", "created_at"),
    Index("jobs_by_member", "guild_id", "user_id", "status"),
    Index("jobs_of_member", "guild_id", "user_id", "created_at"),
    Index("jobs_by_model", "model", "status", "finished_at"),
    # On PostgreSQL too; to say so here would load its dialect, 20 ms of each start on SQLite.
    Index("jobs_untold", "untold", sqlite_where=_UNTOLD),
    sqlite_strict=True,
)

texts = Table(
    "texts",
    metadata,
    Column("job_id", Words, ForeignKey("jobs.id"), primary_key=True),
    Column("text", Words, nullable=False),
    sqlite_strict=True,
)

entries = Table(  # append-only: triggers refuse every UPDATE and DELETE
    "entries",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=True),
    Column("guild_id", Whole, nullable=False),
    Column("user_id", Whole, nullable=False),
    Column("kind", Words, nullable=False),
    Column("amount", Whole, nullable=False),
    Column("at", Instant, nullable=False),
    Column("effective_at", Instant, nullable=False),  # see docs/ledger.md
    Column("job_id", Words, ForeignKey("jobs.id")),
    Column("hold_id", Whole, ForeignKey("entries.id")),  # what a settle or release resolves
    Column("grant_id", Whole, ForeignKey("entries.id")),  # NULL: the allowance
    Column("limit_credits", Whole),  # of the allowance that admitted a hold; NULL: unlimited
    Column("limit_since", Instant),  # the start of its period then
    Column("actor_id", Whole),
    Column("reason", Words),
    Column("expires_at", Instant),
    CheckConstraint("amount BETWEEN 1 AND 1000000000", name="amount"),
    CheckConstraint(
        "kind IN ('hold', 'settle', 'release', 'grant', 'revoke', 'adjust')", name="kind"
    ),
    CheckConstraint("(hold_id IS NOT NULL) = (kind IN ('settle', 'release'))", name="resolution"),
    CheckConstraint("kind NOT IN ('hold', 'settle', 'release') OR job_id IS NOT NULL", name="job"),
    CheckConstraint("kind <> 'revoke' OR grant_id IS NOT NULL", name="revoke"),
    CheckConstraint("kind NOT IN ('grant', 'adjust') OR grant_id IS NULL", name="source"),
    CheckConstraint("kind NOT IN ('revoke', 'adjust') OR actor_id IS NOT NULL", name="actor"),
    CheckConstraint("kind = 'grant' OR expires_at IS NULL", name="expiry"),
    Index("entries_one_resolution", "hold_id", unique=True),
    Index("entries_by_member", "guild_id", "user_id", "id"),
    Index("entries_by_kind", "guild_id", "user_id", "kind"),
    Index("entries_of_member", "guild_id", "user_id", "effective_at", "kind", "amount"),
    Index("entries_of_server", "guild_id", "effective_at", "kind", "amount"),
    Index("entries_of_all", "effective_at", "kind", "amount"),
    Index("entries_by_grant", "grant_id", "kind", "amount"),
    Index("entries_by_job", "job_id"),
    sqlite_strict=True,
)

allowances = Table(
    "allowances",
    metadata,
    Column("guild_id", Whole, nullable=False),
    Column("scope", Words, nullable=False),
    Column("target_id", Whole, nullable=False),  # 0 for the server itself
    Column("credits", Whole),  # NULL: unlimited
    Column("period", Words, nullable=False),
    PrimaryKeyConstraint("guild_id", "scope", "target_id"),
    CheckConstraint("credits BETWEEN 0 AND 1000000000", name="credits"),
    CheckConstraint("scope IN ('member', 'role', 'server')", name="scope"),
    CheckConstraint("(target_id = 0) = (scope = 'server')", name="target"),
    CheckConstraint("period IN ('day', 'week', 'month')", name="period"),
    sqlite_strict=True,
)

servers = Table(
    "servers",
    metadata,
    Column("guild_id", Whole, primary_key=True, autoincrement=False),
    Column("timezone", Words),
    Column("moderator_role", Whole),
    Column("pool_credits", Whole),
    Column("pool_period", Words),
    Column("cooldown_seconds", Whole),
    Column("spoiler", Flag, nullable=False, server_default="0"),
    Column("pause_reason", Words),
    Column("pause_actor_id", Whole),
    Column("pause_at", Instant),  # NULL: not paused
    CheckConstraint("pool_credits BETWEEN 0 AND 1000000000", name="pool"),
    CheckConstraint("pool_period IN ('day', 'week', 'month')", name="pool_period"),
    CheckConstraint("cooldown_seconds > 0", name="cooldown"),
    sqlite_strict=True,
)

blocks = Table(
    "blocks",
    metadata,
    Column("guild_id", Whole, nullable=False),
    Column("user_id", Whole, nullable=False),
    Column("reason", Words, nullable=False),
    Column("actor_id", Whole, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("guild_id", "user_id"),
    sqlite_strict=True,
)

audit = Table(  # append-only, like the ledger
    "audit",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=True),
    Column("guild_id", Whole, nullable=False),
    Column("actor_id", Whole, nullable=False),
    Column("action", Words, nullable=False),
    Column("target_id", Whole),
    Column("details", Document),
    Column("reason", Words),
    Column("at", Instant, nullable=False),
    Index("audit_by_server", "guild_id", "at"),
    sqlite_strict=True,
)
