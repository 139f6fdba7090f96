"""What is remembered for a while only."""

from bot.presenter.memory import Recent


def test_forgets_the_oldest() -> None:
    recent = Recent(2)

    for item in ("a", "b", "a", "c"):
        recent.add(item)

    assert "a" in recent
    assert "b" not in recent
    assert len(recent) == 2
