"""Days, weeks and months begin where the members live, also when the clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.ledger import Period
from bot.domain.periods import span

BERLIN = ZoneInfo("Europe/Berlin")
EPOCH = datetime(1975, 1, 1, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc] # year, month, day, …


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (Period.DAY, utc(2026, 11, 20), utc(2026, 11, 21)),
        (Period.WEEK, utc(2026, 11, 16), utc(2026, 11, 23)),
        (Period.MONTH, utc(2026, 11, 1), utc(2026, 12, 1)),
    ],
)
def test_periods_of_an_ordinary_friday(period: Period, start: datetime, end: datetime) -> None:
    found = span(period, utc(2026, 11, 20, 12), ZoneInfo("UTC"))

    assert (found.start, found.end) == (start, end)


@pytest.mark.parametrize("period", list(Period))
def test_the_first_instant_belongs_to_the_new_period(period: Period) -> None:
    found = span(period, utc(2026, 11, 20), BERLIN)

    assert span(period, found.end, BERLIN).start == found.end
    assert span(period, found.end - timedelta(microseconds=1), BERLIN) == found


def test_a_day_begins_at_the_local_midnight() -> None:
    found = span(Period.DAY, utc(2026, 11, 20, 23, 30), BERLIN)

    assert found.start == utc(2026, 11, 20, 23)


@pytest.mark.parametrize(("at", "hours"), [(utc(2026, 3, 29, 12), 23), (utc(2026, 10, 25, 12), 25)])
def test_a_day_is_as_long_as_the_clocks_make_it(at: datetime, hours: int) -> None:
    found = span(Period.DAY, at, BERLIN)

    assert found.end - found.start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("at", "end"),
    [
        (utc(2026, 12, 31, 12), utc(2027, 1, 1)),
        (utc(2028, 2, 29, 12), utc(2028, 3, 1)),
        (utc(2027, 1, 31, 12), utc(2027, 2, 1)),
    ],
)
def test_months_end_where_they_end(at: datetime, end: datetime) -> None:
    assert span(Period.MONTH, at, ZoneInfo("UTC")).end == end


def test_a_week_goes_over_the_end_of_the_year() -> None:
    found = span(Period.WEEK, utc(2027, 1, 1, 12), ZoneInfo("UTC"))

    assert (found.start, found.end) == (utc(2026, 12, 28), utc(2027, 1, 4))


def test_a_skipped_midnight_is_the_change_itself() -> None:
    # In Cairo the clocks went from 0:00 to 1:00 on 26 April 2024.
    found = span(Period.DAY, utc(2024, 4, 26, 12), ZoneInfo("Africa/Cairo"))

    assert found.start == utc(2024, 4, 25, 22)
    assert found.end - found.start == timedelta(hours=23)


def test_a_day_that_the_calendar_skipped_is_no_day() -> None:
    # Samoa had no 30 December 2011.
    found = span(Period.DAY, utc(2011, 12, 30, 9, 59), ZoneInfo("Pacific/Apia"))

    assert found.end == utc(2011, 12, 30, 10)
    assert span(Period.DAY, found.end, ZoneInfo("Pacific/Apia")).start == found.end


def test_a_midnight_that_comes_twice_begins_one_day() -> None:
    # In St. John's the clocks went from 0:01 back to 23:01 until 2011.
    zone = ZoneInfo("America/St_Johns")
    again_yesterday = utc(2010, 11, 7, 2, 45)

    found = span(Period.DAY, again_yesterday, zone)

    assert again_yesterday.astimezone(zone).day == 6
    assert found.start == utc(2010, 11, 7, 2, 30)


@settings(deadline=None)
@given(
    period=st.sampled_from(list(Period)),
    at=st.integers(0, 85 * 365 * 86_400).map(lambda second: EPOCH + timedelta(seconds=second)),
    zone=st.timezone_keys(allow_prefix=False).map(ZoneInfo),
)
def test_every_moment_lies_in_one_period(period: Period, at: datetime, zone: ZoneInfo) -> None:
    found = span(period, at, zone)

    assert found.start <= at < found.end
    assert span(period, found.end, zone).start == found.end
    assert span(period, found.start, zone) == found
