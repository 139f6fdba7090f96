"""Sizes and times that bound a delivery."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.delivery import fits, link_expiry
from bot.domain.views import Clip

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SOON = NOW + timedelta(hours=1)
UNIX = int(SOON.timestamp())
MIB = 1 << 20


def clip(size: int) -> Clip:
    return Clip(
        path=Path("a.mp4"),
        size=size,
        seconds=1,
        width=1,
        height=1,
        codec="h264",
        inline_safe=True,
    )


@pytest.mark.parametrize(
    ("size", "limit", "fitting"),
    [
        (10 * MIB - 256 * 1024, 10 * MIB, True),
        (10 * MIB - 256 * 1024 + 1, 10 * MIB, False),
        (40 * MIB, 50 * MIB, True),
        (1, 0, False),
    ],
)
def test_a_clip_fits_below_the_limit_with_a_margin(size: int, limit: int, fitting: bool) -> None:
    assert fits(clip(size), limit) is fitting


@pytest.mark.parametrize(
    "query",
    [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261120T120000Z&X-Amz-Expires=3600",
        "x-amz-expires=3600&x-amz-date=20261120T120000Z",
        "X-Goog-Date=20261120T120000Z&X-Goog-Expires=3600",
        "sv=2024&se=2026-11-20T13%3A00%3A00Z&sig=abc",
        "se=2026-11-20T15:00:00%2B02:00",
        "se=2026-11-20T13:00",
        f"ex={UNIX:x}&is=1&hm=abc&",
        f"Expires={UNIX}&Signature=abc&Key-Pair-Id=K",
        f"expires={UNIX}",
        f"a=1&exp={UNIX}",
        f"x-expires={UNIX}&x-signature=abc",
    ],
)
def test_reads_the_end_from_the_link(query: str) -> None:
    assert link_expiry(f"https://cdn.test/a.mp4?{query}", NOW) == SOON


def test_tells_an_end_that_has_passed() -> None:
    past = NOW - timedelta(minutes=5)

    assert link_expiry(f"https://cdn.test/a?exp={past.timestamp():.0f}", NOW) == past


@pytest.mark.parametrize(
    "query",
    [
        "",
        "v=1",
        "X-Amz-Date=20261120T120000Z",
        "X-Amz-Date=yesterday&X-Amz-Expires=3600",
        "X-Amz-Date=20261120T120000Z&X-Amz-Expires=9" + "9" * 30,
        "se=tomorrow",
        "ex=zz&hm=1",
        f"ex={UNIX:x}",
        "expires=3600",
        "expires=never",
        "expires=9" + "9" * 400,
        "expires=²",
        "exp=99999999999",
    ],
)
def test_claims_no_end_that_the_link_does_not_tell(query: str) -> None:
    assert link_expiry(f"https://cdn.test/a.mp4?{query}", NOW) is None


def test_is_not_upset_by_what_is_no_link() -> None:
    assert link_expiry("https://[/", NOW) is None
