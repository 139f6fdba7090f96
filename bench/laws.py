"""How long a start reads until the whole ledger has been held to its laws.

`python -m bench.laws 1000000` does it for a million entries, which takes minutes to fill in.
"""

import asyncio
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure
from storage.database import Database
from storage.look import contradictions

ENTRIES = 100_000
_MEMBERS = 1000
"""Each has three videos a day; one of ten fails."""

_JOBS = """
INSERT INTO jobs (id, interaction_id, guild_id, channel_id, user_id, role_ids, locale, prompt,
    model, images, price, status, inputs_ready, created_at, finished_at, failure_params, refunded,
    fence)
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :jobs)
SELECT printf('%016x', i), i + 1, 1, 1, i % :members + 1, '[]', 'en-US', 'A paper boat', 'sora-2',
    '[]', 1, iif(i % 10, 'delivered', 'failed'), 1, :day * (i / :members / 3) + i, :day * i + 1,
    '{}', i % 10 = 0, 1 FROM n
"""
_HOLDS = """
INSERT INTO entries (guild_id, user_id, kind, amount, at, effective_at, job_id, limit_credits,
    limit_since)
SELECT guild_id, user_id, 'hold', 1, created_at, created_at, id, 3,
    created_at / :day * :day FROM jobs
"""
_ENDS = """
INSERT INTO entries (guild_id, user_id, kind, amount, at, effective_at, job_id, hold_id)
SELECT entries.guild_id, entries.user_id, iif(refunded, 'release', 'settle'), 1, at, effective_at,
    job_id, entries.id FROM entries JOIN jobs ON jobs.id = job_id
"""


async def laws(entries: int = ENTRIES) -> Figure:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clapper.db"
        await (await Database.open(f"sqlite:///{path}")).close()
        await asyncio.to_thread(_fill, path, entries // 2)
        wall, cpu = time.perf_counter(), time.process_time()
        broken = await contradictions(f"sqlite:///{path}")
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        megabytes = path.stat().st_size / 1e6
    assert broken == []
    row = f"{'Clapper':<22} {wall:12,.1f} s, {cpu:.1f} s of them on a core ({megabytes:,.0f} MB)"
    return Figure(name=f"The laws over {entries:,} entries of the ledger (SQLite)", rows=(row,))


def _fill(path: Path, jobs: int) -> None:
    given = {"jobs": jobs, "members": _MEMBERS, "day": 86_400_000_000}
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous=off")
        database.execute("BEGIN")
        for statement in (_JOBS, _HOLDS, _ENDS):
            database.execute(statement, given)
        database.execute("COMMIT")


if __name__ == "__main__":
    figure = asyncio.run(laws(int(sys.argv[1]) if sys.argv[1:] else ENTRIES))
    print(figure.name, *figure.rows, sep="\n  ")
