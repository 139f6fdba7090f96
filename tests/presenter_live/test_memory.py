"""What is remembered for a while only."""

from datetime import timedelta

from bot.presenter.memory import Arrivals, Recent


def test_forgets_the_oldest() -> None:
    recent = Recent(2)

    for item in ("a", "b", "a", "c"):
        recent.add(item)

    assert "a" in recent
    assert "b" not in recent
    assert len(recent) == 2


def test_measures_lateness_against_the_quickest_of_late() -> None:
    arrivals = Arrivals(size=3)

    ages = [arrivals.lateness(timedelta(seconds=age)) for age in (100, 103, 99)]

    assert [age.total_seconds() for age in ages] == [0, 3, 0]


def test_learns_when_the_clock_was_set() -> None:
    arrivals = Arrivals(size=3)
    arrivals.lateness(timedelta())

    lateness = [arrivals.lateness(timedelta(seconds=60)).seconds for _ in range(4)]

    assert lateness == [60, 60, 0, 0]
