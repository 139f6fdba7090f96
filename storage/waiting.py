"""The line of waiting jobs: who is next, where each stands, and when it may start.

Next is the job of the member with the fewest running, then of the one who used the fewest
credits in 24 hours, then the oldest.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from statistics import median
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    ScalarSelect,
    bindparam,
    func,
    or_,
    select,
)

from bot.domain.jobs import JobStatus
from bot.domain.views import Place
from storage.schema import entries, jobs
from storage.spending import spent_since

FAIR_WINDOW = timedelta(hours=24)
HISTORY = 20
"""How many delivered jobs of a model tell how long it takes."""
FEWEST = 3
"""With fewer than these a model has no history."""

_job, _other, _entry = jobs.alias("job"), jobs.alias("other"), entries.alias("entry")


def in_work(job: FromClause) -> ColumnElement[bool]:
    """Running or being delivered; what waits in a library for its owner keeps nobody busy."""
    active = or_(job.c.status == JobStatus.RUNNING, job.c.status == JobStatus.DELIVERING)
    return active & job.c.claimable_since.is_(None)


def _running(job: FromClause) -> ScalarSelect[int]:
    same_member = (_other.c.guild_id == job.c.guild_id, _other.c.user_id == job.c.user_id)
    return select(func.count()).where(*same_member, in_work(_other)).scalar_subquery()


def _recently_used(job: FromClause) -> ScalarSelect[int]:
    same_member = (_entry.c.guild_id == job.c.guild_id, _entry.c.user_id == job.c.user_id)
    return spent_since(*same_member, entry=_entry, since="since")


NEXT = (
    select(_job.c.id)
    .where(_job.c.status == JobStatus.QUEUED, _job.c.card.is_not(None), _job.c.inputs_ready == 1)
    .where(_running(_job) < bindparam("max_running"))
    .where(_job.c.model.not_in(bindparam("skip", expanding=True)))
    .order_by(_running(_job), _recently_used(_job), _job.c.created_at, _job.c.id)
    .limit(1)
    .with_for_update(of=_job, skip_locked=True)
)
"""The next job's id, its row locked on PostgreSQL; takes `since`, `max_running` and `skip`."""

_turn = func.row_number().over(
    partition_by=(_job.c.guild_id, _job.c.user_id), order_by=(_job.c.created_at, _job.c.id)
)
# A member's second waiting job counts the first as running: by then it will be.
_LINE = (
    select(_job.c.id, _job.c.guild_id, _job.c.user_id, _job.c.model)
    .where(_job.c.status == JobStatus.QUEUED)
    .order_by(_running(_job) + _turn, _recently_used(_job), _job.c.created_at, _job.c.id)
)
_LAST_DELIVERED = (
    select(jobs.c.started_at, jobs.c.finished_at)
    .where(jobs.c.model == bindparam("model"), jobs.c.status == JobStatus.DELIVERED)
    .where(jobs.c.started_at.is_not(None))
    .where(jobs.c.claimable_since.is_(None))  # its end is when its owner came for it
    .order_by(jobs.c.finished_at.desc())
    .limit(HISTORY)
)
_BUSY = select(_job.c.guild_id, _job.c.user_id, _job.c.model, _job.c.started_at).where(
    in_work(_job)
)


def places(connection: Connection, *, now: datetime, max_running: int) -> dict[str, Place]:
    """Where every waiting job stands; a start is told only where history knows all before it."""
    line = connection.execute(_LINE, {"since": now - FAIR_WINDOW}).all()
    busy = connection.execute(_BUSY).all()
    lengths = {
        model: typical_seconds(connection, model) for model in {row.model for row in (*line, *busy)}
    }
    forecast = _Forecast(lengths, now, max_running)
    forecast.fill(busy)
    return {
        row.id: Place(number=number, of=len(line), starts_at=forecast.take_turn(row))
        for number, row in enumerate(line, start=1)
    }


def typical_seconds(connection: Connection, model: str) -> float | None:
    """The median from start to end of a model's last delivered jobs; `None` without history."""
    found = connection.execute(_LAST_DELIVERED, {"model": model})
    seconds = [(row.finished_at - row.started_at).total_seconds() for row in found]
    return median(seconds) if len(seconds) >= FEWEST else None


class _Forecast:
    """Plays the line forward: a waiting job starts when a running one ends.

    It knows as many slots as jobs are running now. Once a model without history takes a slot,
    nothing behind it can be told.
    """

    def __init__(
        self, lengths: Mapping[str, float | None], now: datetime, max_running: int
    ) -> None:
        self._lengths = lengths
        self._now = now
        self._max_running = max_running
        self._slots: list[datetime] = []
        self._of_member: defaultdict[tuple[int, int], list[datetime]] = defaultdict(list)
        self._known = True

    def fill(self, running: Sequence[Row[*tuple[Any, ...]]]) -> None:
        """Put the jobs in that are running now."""
        for row in running:
            self._occupy(row, row.started_at)

    def take_turn(self, row: Row[*tuple[Any, ...]]) -> datetime | None:
        """When the next job of the line starts, as far as that is known."""
        if not self._known or not self._slots:
            return None
        start = heappop(self._slots)
        own = self._of_member[row.guild_id, row.user_id]
        if len(own) >= self._max_running:
            start = max(start, heappop(own))
        self._occupy(row, start)
        return start

    def _occupy(self, row: Row[*tuple[Any, ...]], start: datetime) -> None:
        seconds = self._lengths[row.model]
        if seconds is None:
            self._known = False
            return
        end = max(start + timedelta(seconds=seconds), self._now)
        heappush(self._slots, end)
        heappush(self._of_member[row.guild_id, row.user_id], end)
