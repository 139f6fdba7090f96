"""What is planned for any video and any room."""

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.plans import (
    LEAST,
    MOST_BITS,
    PREVIEW_LEAST,
    PREVIEW_MOST,
    Plan,
    preview,
    remuxed,
    whole,
)
from bot.delivery.plans import tighter as second_try
from bot.domain.views import Clip, Treatment

MIB = 1 << 20
HOUR = 3600.0


def clip(**changes: Any) -> Clip:
    fields: dict[str, Any] = {
        "path": Path("a.mp4"),
        "size": 40 * MIB,
        "seconds": 10.0,
        "width": 1920,
        "height": 1080,
        "codec": "h264",
        "inline_safe": True,
        "sound": "aac",
    }
    return Clip(**{**fields, **changes})


clips = st.builds(
    clip,
    size=st.integers(1, 600 * MIB),
    seconds=st.floats(0.05, 1e9),
    width=st.integers(1, 8192),
    height=st.integers(1, 8192),
    rate=st.floats(0.001, 1000),
    sound=st.sampled_from([None, "aac", "opus"]),
    picture_safe=st.booleans(),
)
rooms = st.integers(1, 100 * MIB)
times = st.floats(0, 1000)


def bytes_of(plan: Plan, seconds: float) -> float:
    """The most that picture and sound come to."""
    assert plan.picture is not None
    picture = plan.picture.bits * seconds + 0.9 * plan.picture.buffer
    return (picture + (plan.sound or 0) * seconds) / 8


@given(clips, rooms, times)
def test_all_of_it_fits_and_is_never_visibly_broken(given: Clip, room: int, time: float) -> None:
    plan = whole(given, room, time=time)

    if plan is None or plan.picture is None:
        return
    picture, rate = plan.picture, plan.picture.rate or given.rate
    assert bytes_of(plan, given.seconds) <= room
    assert picture.bits >= LEAST * 0.7 * picture.width * picture.height * rate
    assert plan.cost <= time
    assert plan.seconds is None


@given(clips, rooms, times)
def test_a_preview_fits_and_is_a_beginning(given: Clip, room: int, time: float) -> None:
    plan = preview(given, room, time=time)

    if plan is None:
        return
    assert plan.seconds is not None
    assert PREVIEW_LEAST <= plan.seconds <= min(PREVIEW_MOST, given.seconds)
    assert bytes_of(plan, plan.seconds) <= room
    assert plan.cost <= time * 1.001


@given(clips, rooms)
def test_no_picture_grows_and_every_side_is_even(given: Clip, room: int) -> None:
    for plan in (whole(given, room, time=HOUR), preview(given, room, time=HOUR)):
        if plan is None or plan.picture is None:
            continue
        picture = plan.picture
        assert picture.width % 2 == picture.height % 2 == 0
        assert 2 <= picture.width <= max(given.width + 1, 2)
        assert 2 <= picture.height <= max(given.height + 1, 2)
        assert max(picture.width, picture.height) <= 1920
        assert picture.rate <= min(given.rate, 60)
        assert max(picture.bits, picture.buffer) <= MOST_BITS


@given(clips, rooms, st.integers(1, 200 * MIB))
def test_the_second_try_takes_less(given: Clip, room: int, came_to: int) -> None:
    plan = whole(given, room, time=HOUR)
    if plan is None or plan.picture is None or came_to <= room:
        return

    again = second_try(plan, given, came_to, room)

    if again is not None:
        assert again.picture is not None
        assert plan.picture.least <= again.picture.bits < plan.picture.bits
        assert again.picture.buffer < plan.picture.buffer


@given(clips, rooms, times)
def test_a_copy_is_planned_only_of_what_plays_and_fits(given: Clip, room: int, time: float) -> None:
    plan = remuxed(given, room, time=time)

    if plan is not None:
        assert plan.cost <= time
        assert given.picture_safe
        assert given.size <= room
        assert (plan.sound is None) == (given.sound in (None, "aac"))
        assert plan.picture is None


def size(plan: Plan | None) -> tuple[int, int] | None:
    return (plan.picture.width, plan.picture.height) if plan and plan.picture else None


def test_the_longer_it_is_the_smaller_it_becomes() -> None:
    lengths = (10, 60, 120, 250, 1800)

    plans = [whole(clip(seconds=float(each)), 10 * MIB, time=HOUR) for each in lengths]

    assert [size(plan) for plan in plans] == [
        (1920, 1080),
        (1280, 720),
        (854, 480),
        (640, 360),
        None,
    ]


def test_every_second_frame_goes_before_the_picture_gets_smaller() -> None:
    plan = whole(clip(seconds=15.0, rate=60.0), 10 * MIB, time=HOUR)

    assert size(plan) == (1920, 1080)
    assert plan is not None
    assert plan.picture is not None
    assert plan.picture.rate == 30


def test_upright_videos_keep_their_shape() -> None:
    tall = clip(width=1080, height=1920, seconds=60.0)

    assert size(whole(tall, 10 * MIB, time=HOUR)) == (720, 1280)


def test_what_would_take_too_long_becomes_smaller_and_then_a_preview() -> None:
    film = clip(seconds=300.0)

    assert size(whole(film, 100 * MIB, time=1000.0)) == (1920, 1080)
    assert size(whole(film, 100 * MIB, time=300.0)) == (1280, 720)
    assert whole(film, 100 * MIB, time=60.0) is None
    beginning = preview(film, 100 * MIB, time=60.0)
    assert beginning is not None
    assert beginning.seconds == PREVIEW_MOST


def test_only_what_was_too_large_is_called_shrunk() -> None:
    small = whole(clip(size=MIB), 10 * MIB, time=HOUR)
    large = whole(clip(size=11 * MIB), 10 * MIB, time=HOUR)

    assert small is not None
    assert large is not None
    assert (small.treatment, large.treatment) == (Treatment.CONVERTED, Treatment.SHRUNK)
