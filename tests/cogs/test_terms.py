"""How moderators write allowances and expiries."""

from datetime import UTC, datetime

import pytest

from bot.domain.errors import Refusal
from cogs import terms

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("5", 5), (" 0 ", 0), ("1000000", 1_000_000), ("unlimited", None), ("Unlimited ", None)],
)
def test_reads_allowances(written: str, meant: int | None) -> None:
    assert terms.allowance(written) == meant


def test_knows_the_way_back() -> None:
    assert terms.is_default(" Default")
    assert not terms.is_default("5")


@pytest.mark.parametrize("written", ["", "five", "-1", "1.5", "1e3", "²", "٣", "12345678"])
def test_refuses_other_allowances(written: str) -> None:
    with pytest.raises(Refusal) as caught:
        terms.allowance(written)

    assert caught.value.code == "refusal-allowance"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("7d", datetime(2026, 11, 27, 12, tzinfo=UTC)),
        ("2 W", datetime(2026, 12, 4, 12, tzinfo=UTC)),
        ("30", datetime(2026, 12, 20, 12, tzinfo=UTC)),
        ("2026-12-31", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 21, tzinfo=UTC)),
    ],
)
def test_reads_expiries(written: str, meant: datetime) -> None:
    assert terms.expiry(written, NOW) == meant


@pytest.mark.parametrize(
    "written", ["", "soon", "0d", "2026-11-19", "2026-13-01", "9999w", "7y", "-3d", "9999-12-31"]
)
def test_refuses_other_expiries(written: str) -> None:
    with pytest.raises(Refusal) as caught:
        terms.expiry(written, NOW)

    assert caught.value.code == "refusal-expires"
