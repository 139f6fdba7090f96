"""Relays and models that do not work are given up, and tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import FailureKind, Refusal
from bot.domain.models import Catalogue, VideoModel
from bot.generation.standing import FIRST_PAUSE, STRIKES, Standing

SORA = VideoModel(id="sora", label="Sora", relay="a")
VEO = VideoModel(id="veo", label="Veo", relay="a")
GROK = VideoModel(id="grok", label="Grok", relay="b")


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def standing(clock: Clock) -> Standing:
    return Standing(Catalogue([SORA, VEO, GROK]), clock)


def strike(standing: Standing, kind: FailureKind, times: int = STRIKES) -> list[bool]:
    return [standing.failed(SORA, kind) for _ in range(times)]


def refused(standing: Standing, model: VideoModel) -> bool:
    try:
        standing.check(model)
    except Refusal:
        return True
    return False


def test_the_operator_hears_of_the_first_in_a_row_only(standing: Standing) -> None:
    assert strike(standing, FailureKind.AUTH, 3) == [True, False, False]


def test_a_refused_key_closes_the_relay_with_all_its_models(standing: Standing) -> None:
    strike(standing, FailureKind.AUTH)

    with pytest.raises(Refusal) as refusal:
        standing.check(VEO)

    assert refusal.value.params["choices"] == "Grok"
    assert not refused(standing, GROK)


def test_an_unknown_model_closes_itself_alone(standing: Standing) -> None:
    strike(standing, FailureKind.MODEL_UNAVAILABLE)

    assert refused(standing, SORA)
    assert not refused(standing, VEO)


def test_four_failures_close_nothing(standing: Standing) -> None:
    strike(standing, FailureKind.AUTH, STRIKES - 1)

    assert not refused(standing, SORA)


def test_a_success_forgets_the_failures_before_it(standing: Standing) -> None:
    strike(standing, FailureKind.AUTH, STRIKES - 1)
    standing.succeeded(SORA)
    strike(standing, FailureKind.AUTH, STRIKES - 1)

    assert not refused(standing, SORA)


def test_members_own_failures_close_nothing(standing: Standing) -> None:
    strike(standing, FailureKind.MODERATION, 50)

    assert not refused(standing, SORA)


def test_each_pause_is_twice_as_long(standing: Standing, clock: Clock) -> None:
    strike(standing, FailureKind.AUTH)
    clock.now += FIRST_PAUSE
    (record,) = standing.due()

    standing.close(record)

    clock.now += FIRST_PAUSE
    assert standing.due() == []
    clock.now += FIRST_PAUSE
    assert standing.due() == [record]


def test_one_job_may_try_where_the_relay_does_not_tell(standing: Standing, clock: Clock) -> None:
    strike(standing, FailureKind.AUTH)
    clock.now += timedelta(hours=1)
    (record,) = standing.due()
    record.trial = True

    assert not refused(standing, SORA)
    assert refused(standing, SORA)


def test_what_works_again_is_open(standing: Standing, clock: Clock) -> None:
    strike(standing, FailureKind.AUTH)
    clock.now += FIRST_PAUSE
    (record,) = standing.due()

    standing.reopen(record)

    assert not refused(standing, SORA)
