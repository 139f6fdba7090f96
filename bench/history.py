"""Years of a busy bot's ledger, written straight into the file: what admissions are beside.

Each video of the 20,000 members in 50 servers is two entries, a hold and its end, 126 seconds after
the one before; one of eleven failed, and one of a hundred came with a grant. Every fiftieth video
is the regular's, who was granted credits again and again, none of which are left.
"""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.requests import Requester

BEGUN = datetime(2024, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=126)
REGULAR = Requester(guild_id=1, user_id=1)

_JOBS = """
INSERT INTO jobs (id, interaction_id, guild_id, channel_id, user_id, role_ids, locale, prompt,
    model, images, price, status, inputs_ready, created_at, started_at, finished_at, videos,
    failure_params, refunded, fence)
WITH RECURSIVE n(i) AS
    (SELECT :first WHERE :first < :last UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :last),
    asked(i, member, at, failed) AS
    (SELECT i, iif(i % 50, i % 20000, 0), :begun + i * :step, i % 11 = 0 FROM n)
SELECT printf('%016x', i), i + 1, member % 50 + 1, 1, member + 1, '[]', 'en-US',
    'A paper boat drifts down a rainy street', 'sora-2', '[]', 1,
    iif(failed, 'failed', 'delivered'), 1, at, at + 1, at + :step,
    '[["https://relay.example/videos/paper-boat.mp4"]]', '{}', failed, 1 FROM asked
"""
_GRANTS = """
INSERT INTO entries (guild_id, user_id, kind, amount, at, effective_at, actor_id, expires_at)
SELECT guild_id, user_id, 'grant', 10, created_at, created_at, 9,
    iif(user_id = 1, NULL, created_at + 30 * :day)
FROM jobs WHERE interaction_id BETWEEN :first + 1 AND :last
    AND (interaction_id % 100 = 2 OR interaction_id % 5000 = 1)
"""
_REVOKED = """
INSERT INTO entries (guild_id, user_id, kind, amount, at, effective_at, actor_id, grant_id)
SELECT guild_id, user_id, 'revoke', 10, at, effective_at, 9, id
FROM entries WHERE guild_id = 1 AND user_id = 1 AND kind = 'grant'
    AND effective_at >= :begun + :first * :step
"""
_HOLDS = """
INSERT INTO entries (guild_id, user_id, kind, amount, at, effective_at, job_id, limit_credits,
    limit_since)
SELECT guild_id, user_id, 'hold', 1, created_at, created_at, id, 100, created_at / :day * :day
FROM jobs WHERE interaction_id BETWEEN :first + 1 AND :last
"""
_ENDS = """
INSERT INTO entries (guild_id, user_id, kind, amount, at, effective_at, job_id, hold_id)
SELECT held.guild_id, held.user_id, iif(refunded, 'release', 'settle'), 1, finished_at,
    effective_at, job_id, held.id
FROM jobs JOIN entries AS held ON job_id = jobs.id WHERE interaction_id BETWEEN :first + 1 AND :last
"""


def lengthen(path: Path, first: int, last: int) -> None:
    """Add the videos from `first` up to `last`, each with its entries; nothing else is open."""
    given = {
        "first": first,
        "last": last,
        "begun": int(BEGUN.timestamp()) * 1_000_000,
        "step": STEP // timedelta(microseconds=1),
        "day": timedelta(days=1) // timedelta(microseconds=1),
    }
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for setting in ("synchronous=off", "cache_size=-400000", "wal_autocheckpoint=0"):
            database.execute(f"PRAGMA {setting}")
        database.execute("BEGIN")
        for statement in (_JOBS, _GRANTS, _REVOKED, _HOLDS, _ENDS):
            database.execute(statement, given)
        database.execute("COMMIT")
