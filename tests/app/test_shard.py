"""How long the bot waits before it tries again."""

import pytest

from bot.app.shard import Persistence


def test_nothing_failed_means_no_pause() -> None:
    assert Persistence().pause(0) == 0


@pytest.mark.parametrize(
    ("failures", "about"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (10_000, 60)]
)
def test_pauses_double_up_to_the_longest_and_vary_by_half(failures: int, about: float) -> None:
    pauses = [Persistence().pause(failures) for _ in range(200)]

    assert all(about / 2 <= pause <= about * 1.5 for pause in pauses)
    assert len(set(pauses)) > 100
