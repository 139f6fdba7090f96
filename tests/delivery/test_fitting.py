"""Real files of every kind, made to play everywhere: looked at and listened to afterwards."""

import asyncio
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import av
import pytest
from structlog.testing import capture_logs

from bot.delivery import probe
from bot.delivery.fitting import Fitted, Fitter
from bot.delivery.limits import MARGIN
from bot.domain.views import Clip, Treatment
from tests.delivery.clips import QUARTERS, UNEVEN
from tests.delivery.seen import seen

pytestmark = pytest.mark.unmeasured

MIB = 1 << 20
PLENTY = 10 * MIB
ROOM = 36_000
"""Bytes for the whole of `large.mp4`, which has 138 thousand."""


class Bench:
    """A folder with one video as it came from a relay, and whoever makes it fit."""

    def __init__(self, clips: Path, folder: Path) -> None:
        self._clips = clips
        self._folder = folder
        self.said: list[Treatment] = []
        self.fitter = Fitter()

    async def clip(self, name: str) -> Clip:
        path = self._folder / "video-0123456789abcdef.mp4"
        shutil.copy(self._clips / name, path)
        return await probe(path)

    async def fit(self, clip: Clip, limit: int = PLENTY) -> Fitted | None:
        return await self.fitter(clip, limit, self.said.append)

    async def fitted(self, name: str, limit: int = PLENTY) -> Fitted:
        found = await self.fit(await self.clip(name), limit)
        assert found is not None
        return found

    def files(self) -> list[str]:
        return sorted(path.name for path in self._folder.iterdir())


@pytest.fixture
def bench(clips: Path, tmp_path: Path) -> Bench:
    return Bench(clips, tmp_path)


def wait_for_the_child(folder: Path) -> None:
    """Until it has written something, and so has opened what it reads."""
    patience = time.monotonic() + 60
    while not any(path.stat().st_size for path in folder.glob(".*.part")):
        assert time.monotonic() < patience
        time.sleep(0.01)


Colours: TypeAlias = Sequence[tuple[int, ...]]


def near(colours: Colours, given: Colours = QUARTERS) -> bool:
    """Whether the quarters of a picture have the colours that they were given."""
    pairs = zip(colours, given, strict=True)
    return all(abs(a - b) <= 16 for one, other in pairs for a, b in zip(one, other, strict=True))


async def test_what_plays_everywhere_is_not_touched(bench: Bench) -> None:
    fitted = await bench.fitted("good.mp4")

    assert fitted.treatment is Treatment.UNTOUCHED
    assert bench.files() == ["video-0123456789abcdef.mp4"]
    assert bench.said == []


@pytest.mark.parametrize(
    "name", ["index-last.mp4", "quicktime.mp4", "stream.ts", "bframes.mkv", "flash.flv"]
)
async def test_a_wrong_container_alone_is_replaced_without_loss(bench: Bench, name: str) -> None:
    fitted = await bench.fitted(name)

    after = seen(fitted.clip.path)
    assert fitted.treatment is Treatment.REMUXED
    assert fitted.clip.inline_safe
    assert len(after.moments) == 16
    assert after.moments[0] == pytest.approx(0, abs=0.26)
    assert near(after.quarters)
    assert after.loudness == pytest.approx(0.27, abs=0.02)


@pytest.mark.parametrize(
    "name",
    ["hevc.mp4", "av1.mp4", "vp9.webm", "full-colour.mp4", "mpeg4.mp4", "old.avi", "mp3.mp4"],
)
async def test_a_codec_that_not_everybody_plays_is_replaced(bench: Bench, name: str) -> None:
    before = seen((await bench.clip(name)).path)

    fitted = await bench.fitted(name)

    after = seen(fitted.clip.path)
    assert fitted.treatment is Treatment.CONVERTED
    assert bench.said == [Treatment.CONVERTED]
    assert (fitted.clip.codec, fitted.clip.inline_safe) == ("h264", True)
    assert fitted.clip.seconds == pytest.approx(2, abs=0.2)
    assert after.size == (64, 48)
    assert after.moments == pytest.approx(before.moments, abs=0.03)
    assert near(before.quarters)
    assert near(after.quarters)
    assert after.loudness == pytest.approx(before.loudness, abs=0.05)
    assert after.sound_seconds == pytest.approx(2, abs=0.1)


async def test_a_silent_one_stays_silent(bench: Bench) -> None:
    fitted = await bench.fitted("hevc-silent.mp4")

    assert fitted.clip.sound is None
    assert near(seen(fitted.clip.path).quarters)


async def test_odd_dimensions_become_even(bench: Bench) -> None:
    fitted = await bench.fitted("odd.webm")

    assert (fitted.clip.width % 2, fitted.clip.height % 2) == (0, 0)
    assert abs(fitted.clip.width - 65) <= 1
    assert near(seen(fitted.clip.path).quarters)


@pytest.mark.parametrize("name", ["turned.mp4", "hevc-turned.mp4"])
async def test_what_a_phone_filmed_upright_stays_upright(bench: Bench, name: str) -> None:
    before = seen((await bench.clip(name)).path)

    fitted = await bench.fitted(name)

    after = seen(fitted.clip.path)
    blue, red, white, green = after.quarters
    assert (fitted.clip.width, fitted.clip.height) == after.size == before.size == (48, 64)
    assert near((red, green, blue, white))


@pytest.mark.parametrize("name", ["uneven.mp4", "hevc-uneven.mp4"])
async def test_frames_that_come_unevenly_keep_their_moments(bench: Bench, name: str) -> None:
    fitted = await bench.fitted(name)

    assert seen(fitted.clip.path).moments == pytest.approx([at / 48 for at in UNEVEN], abs=0.03)


async def test_high_dynamic_range_becomes_what_every_screen_shows(bench: Bench) -> None:
    fitted = await bench.fitted("hdr.mp4")

    red, green, blue, white = seen(fitted.clip.path).quarters
    assert fitted.clip.inline_safe
    assert red[0] > max(red[1:])
    assert green[1] > max(green[0], green[2])
    assert blue[2] > max(blue[:2])
    assert max(white) - min(white) < 40


async def test_nothing_of_what_it_says_about_itself_is_carried_over(bench: Bench) -> None:
    clip = await bench.clip("index-last.mp4")
    assert seen(clip.path).metadata["title"] == "secret"

    fitted = await bench.fit(clip)

    assert fitted is not None
    after = seen(fitted.clip.path).metadata
    assert not {"title", "comment"} & after.keys()


async def test_too_large_a_video_is_shrunk_and_still_looks_like_itself(bench: Bench) -> None:
    fitted = await bench.fitted("large.mp4", MARGIN + ROOM)

    after = seen(fitted.clip.path)
    assert fitted.treatment is Treatment.SHRUNK
    assert ROOM / 4 < fitted.clip.size <= ROOM
    assert (fitted.clip.inline_safe, after.size, len(after.moments)) == (True, (96, 64), 24)
    assert near(after.quarters)
    assert after.loudness == pytest.approx(0.27, abs=0.05)


async def test_half_an_hour_that_does_not_fit_becomes_a_preview_of_its_beginning(
    bench: Bench,
) -> None:
    clip = await bench.clip("long.mp4")
    assert clip.seconds == pytest.approx(1800, abs=2)

    fitted = await bench.fit(clip, MARGIN + 60_000)

    assert fitted is not None
    after = seen(fitted.clip.path)
    assert fitted.treatment is Treatment.PREVIEW
    assert bench.said == [Treatment.PREVIEW]
    assert fitted.clip.size <= 60_000
    assert after.moments == pytest.approx(range(60), abs=0.03)
    assert near(after.quarters)


async def test_half_an_hour_with_room_enough_is_not_cut(bench: Bench) -> None:
    clip = await bench.clip("long.mp4")

    fitted = await bench.fit(clip, MARGIN + 3_000_000)

    assert fitted is not None
    assert fitted.treatment is Treatment.SHRUNK
    assert fitted.clip.seconds == pytest.approx(1800, abs=2)


async def test_what_would_take_too_long_is_not_begun(bench: Bench) -> None:
    bench.fitter = Fitter(seconds=0)

    for name in ("hevc.mp4", "mp3.mp4"):
        assert await bench.fit(await bench.clip(name)) is None
    assert bench.said == []
    remuxed = await bench.fitted("index-last.mp4")
    assert remuxed.treatment is Treatment.REMUXED


@pytest.mark.parametrize(
    ("claimed", "said", "treatment"),
    [
        (900.0, ["video.second_try", "video.fitted"], Treatment.SHRUNK),
        (
            90.0,
            ["video.second_try", "video.still_too_large", "video.fitted"],
            Treatment.PREVIEW,
        ),
    ],
)
async def test_after_two_tries_that_come_out_too_large_a_preview_follows(
    bench: Bench, claimed: float, said: list[str], treatment: Treatment
) -> None:
    clip = replace(await bench.clip("long.mp4"), seconds=claimed)  # of 1,800

    with capture_logs() as events:
        fitted = await bench.fit(clip, MARGIN + 1_000_000)

    assert [event["event"] for event in events] == said
    assert fitted is not None
    assert fitted.treatment is treatment
    assert fitted.clip.size <= 1_000_000


async def test_what_takes_longer_than_it_may_is_stopped(bench: Bench) -> None:
    bench.fitter = Fitter(seconds=0.01)
    clip = await bench.clip("hevc-silent.mp4")

    assert await bench.fit(clip) is None
    assert bench.said == [Treatment.CONVERTED]
    assert bench.files() == [clip.path.name]


async def test_what_took_too_long_once_is_not_tried_again(bench: Bench) -> None:
    bench.fitter = Fitter(seconds=0.01)
    clip = await bench.clip("hevc-silent.mp4")

    await bench.fit(clip)
    await bench.fit(clip, limit=500_000)

    assert bench.said == [Treatment.CONVERTED]


async def test_a_picture_larger_than_phones_play_becomes_smaller(bench: Bench) -> None:
    clip = await bench.clip("huge.mp4")

    fitted = await bench.fit(clip)

    assert fitted is not None
    assert (fitted.clip.width, fitted.clip.height) == (1920, 1080)
    assert near(seen(fitted.clip.path).quarters, seen(clip.path).quarters)


async def test_no_room_at_all_is_not_tried(bench: Bench) -> None:
    clip = await bench.clip("hevc.mp4")

    assert [await bench.fit(clip, limit) for limit in (0, MARGIN, MARGIN + 500)] == [None] * 3
    assert bench.said == []


@pytest.mark.parametrize("left", [0, 0.5])
async def test_a_file_that_breaks_off_leaves_nothing_behind(bench: Bench, left: float) -> None:
    clip = await bench.clip("hevc.mp4")
    whole = clip.path.read_bytes()
    clip.path.write_bytes(whole[: int(len(whole) * left)])

    assert await bench.fit(clip) is None
    assert bench.files() == [clip.path.name]


async def test_what_is_no_video_leaves_nothing_behind(bench: Bench) -> None:
    clip = await bench.clip("hevc.mp4")
    clip.path.write_bytes(b"<!doctype html>" * 1000)

    assert await bench.fit(clip) is None
    assert bench.files() == [clip.path.name]


async def test_what_several_ask_for_at_once_is_made_once(bench: Bench) -> None:
    clip = await bench.clip("hevc.mp4")

    with capture_logs() as events:
        first, *others = await asyncio.gather(*(bench.fit(clip) for _ in range(3)))

    assert first is not None
    assert others == [first, first]
    assert [event["event"] for event in events] == ["video.fitted"]


async def test_however_much_room_there_is_phones_can_decode_it(bench: Bench) -> None:
    for limit in (PLENTY, 500 * MIB):
        fitted = await bench.fitted("hevc.mp4", limit)

        assert fitted.treatment is Treatment.CONVERTED
        with av.open(str(fitted.clip.path)) as container:
            setup = container.streams.video[0].codec_context.extradata
        assert setup is not None
        assert setup[3] <= 41  # the level, ten times: 4.1


async def test_a_film_of_ages_becomes_nothing_worse(bench: Bench) -> None:
    clip = await bench.clip("ages.mkv")
    assert clip.seconds > 3e8

    with capture_logs() as events:
        assert await bench.fit(clip) is None

    assert "video.fitting_broke" not in [event["event"] for event in events]


async def test_it_is_made_once(bench: Bench) -> None:
    first = await bench.fitted("hevc.mp4")
    stamp = first.clip.path.stat().st_mtime_ns

    again = await bench.fitted("hevc.mp4")

    assert again == first
    assert again.clip.path.stat().st_mtime_ns == stamp
    assert bench.said == [Treatment.CONVERTED]


async def test_what_was_made_and_damaged_is_made_again(bench: Bench) -> None:
    first = await bench.fitted("hevc.mp4")
    first.clip.path.write_bytes(b"half")

    assert await bench.fitted("hevc.mp4") == first


async def test_whoever_gives_up_waiting_stops_the_work(bench: Bench) -> None:
    clip = await bench.clip("long.mp4")
    begun = asyncio.Event()
    work = asyncio.create_task(
        bench.fitter(clip, MARGIN + 3_000_000, lambda _treatment: begun.set())
    )
    await begun.wait()

    work.cancel()
    await asyncio.wait({work})

    assert work.cancelled()
    assert bench.files() == [clip.path.name]
    assert (await bench.fitted("hevc.mp4")).treatment is Treatment.CONVERTED


async def test_of_what_is_deleted_meanwhile_nothing_comes_back(
    bench: Bench, tmp_path: Path
) -> None:
    clip = await bench.clip("long.mp4")
    work = asyncio.create_task(bench.fit(clip, MARGIN + 3_000_000))
    await asyncio.to_thread(wait_for_the_child, tmp_path)

    clip.path.unlink()

    assert await work is None
    assert bench.files() == []


async def test_where_nothing_can_be_written_the_video_stays_as_it_is(
    bench: Bench, tmp_path: Path
) -> None:
    clip = await bench.clip("hevc.mp4")
    shutil.rmtree(tmp_path)

    assert await bench.fit(clip) is None


async def test_a_fault_of_our_own_leaves_the_video_as_it_is(bench: Bench) -> None:
    clip = replace(await bench.clip("hevc.mp4"), seconds=0)  # which no probe finds

    assert await bench.fit(clip) is None
    assert bench.files() == [clip.path.name]
