"""Which videos share the card, which follow in a second message, and which are linked."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery import packed, share
from bot.delivery.limits import MARGIN
from bot.domain.views import Clip, DeliveryForm

MIB = 1 << 20
CARD, SECOND, LINK = DeliveryForm.ATTACHED, DeliveryForm.FURTHER, DeliveryForm.LINKED


def clips(*sizes: float) -> list[Clip]:
    """Videos of so many MiB."""
    return [
        Clip(
            path=Path("a.mp4"),
            size=int(size * MIB),
            seconds=1,
            width=1,
            height=1,
            codec="h264",
            inline_safe=True,
        )
        for size in sizes
    ]


@pytest.mark.parametrize(
    ("sizes", "limit", "forms"),
    [
        ([], 10, []),
        ([3], 10, [CARD]),
        ([1, 1, 1, 1], 10, [CARD] * 4),
        ([1, 1, 1, 1, 1, 1], 10, [CARD] * 4 + [SECOND] * 2),
        ([1] * 15, 10, [CARD] * 4 + [SECOND] * 10 + [LINK]),
        ([9, 9, 9], 10, [CARD, CARD, SECOND]),
        ([9, 9, 9, 9, 9, 9], 10, [CARD, CARD, SECOND, SECOND, LINK, LINK]),
        ([9, 30, 9], 10, [CARD, LINK, CARD]),
        ([9, 9, 9, 4], 10, [CARD, CARD, SECOND, CARD]),
        ([30], 10, [LINK]),
        ([49, 49, 1], 50, [CARD, SECOND, LINK]),
        ([40, 5, 6], 50, [CARD, CARD, SECOND]),
        ([1, 1], 0, [LINK, LINK]),
    ],
)
def test_as_many_as_fit_share_the_card(
    sizes: list[float], limit: int, forms: list[DeliveryForm]
) -> None:
    assert list(packed(clips(*sizes), limit * MIB)) == forms


def test_the_reference_image_takes_room_on_the_card() -> None:
    assert packed(clips(9, 9, 4), 10 * MIB, beside=4 * MIB) == (CARD, CARD, SECOND)


def test_the_reference_image_gives_way_to_the_first_video() -> None:
    assert packed(clips(24.5, 1), 25 * MIB, beside=4 * MIB) == (CARD, SECOND)


def test_a_smaller_request_takes_fewer() -> None:
    assert packed(clips(9, 9, 9), 10 * MIB, request=10 * MIB) == (CARD, SECOND, LINK)


@given(
    st.lists(st.integers(0, 60 * MIB), max_size=16),
    st.sampled_from([0, 10 * MIB, 50 * MIB, 100 * MIB]),
    st.integers(0, 4 * MIB),
)
def test_no_message_is_more_than_discord_takes(sizes: list[int], limit: int, beside: int) -> None:
    videos = clips(*(size / MIB for size in sizes))

    forms = packed(videos, limit, beside=beside)

    together = max(limit, 24 * MIB) - MARGIN
    for form, count in ((CARD, 4), (SECOND, 10)):
        inside = [clip.size for clip, its in zip(videos, forms, strict=True) if its is form]
        assert len(inside) <= count
        assert sum(inside) <= together
        assert all(size <= limit - MARGIN for size in inside)
    assert CARD in forms or SECOND not in forms


@pytest.mark.parametrize(
    ("count", "limit", "each"),
    [(1, 10, 10), (2, 10, 10), (4, 10, 10), (6, 10, 8), (10, 10, 4), (1, 500, 500), (3, 0, 0)],
)
def test_the_more_there_are_the_smaller_each_must_be(count: int, limit: int, each: int) -> None:
    assert round(share(count, limit * MIB) / MIB) == each


@given(st.integers(1, 10), st.integers(1, 500 * MIB), st.integers(0, 8 * MIB))
def test_whoever_keeps_to_their_share_has_a_place(count: int, limit: int, beside: int) -> None:
    each = share(count, limit, beside=beside)
    if each <= MARGIN:
        return

    forms = packed(clips(*[(each - MARGIN) / MIB] * count), limit, beside=beside)

    assert each <= limit
    assert LINK not in forms
