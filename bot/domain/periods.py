"""When a day, a week or a month begins and ends where the members live."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.ledger import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One day, week or month as two instants; `end` belongs to the next one."""

    start: datetime
    end: datetime


def span(period: Period, at: datetime, zone: ZoneInfo) -> Span:
    """The day, week (from Monday) or month of `zone` in which `at` lies; both ends in UTC."""
    first = _first_day(period, at.astimezone(zone).date())
    following = _next_first_day(period, first)
    if _midnight(following, zone) <= at:
        # A clock set back across midnight shows the old date again: the new day has begun.
        first, following = following, _next_first_day(period, following)
    return Span(start=_midnight(first, zone), end=_midnight(following, zone))


def _first_day(period: Period, day: date) -> date:
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period is Period.MONTH else day


def _next_first_day(period: Period, first: date) -> date:
    if period is Period.MONTH:
        return (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first + timedelta(days=7 if period is Period.WEEK else 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    # Where the clocks skip midnight, fold 0 gives the instant of the change itself.
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
