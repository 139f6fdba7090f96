"""Originals in parts: as many together as a message takes, and nothing is left behind."""

import asyncio
import shutil
import subprocess
import sys
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.delivery import MARGIN
from bot.domain.errors import Refusal
from bot.domain.library import VideoFile
from bot.domain.requests import Requester
from bot.generation.originals import MAX_PARTS, Originals, in_parts
from tests.delivery.test_cutting import REEL

ALICE, BOB = Requester(guild_id=1, user_id=2), Requester(guild_id=1, user_id=3)
LIMIT = MARGIN + 60_000
LONGEST_PATH = 4095
"""Bytes, on Linux."""


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> VideoFile:
    """Twelve scenes, of which one fits at a time."""
    path = tmp_path_factory.mktemp("videos") / "video-0123456789abcdef.mp4"
    subprocess.run([sys.executable, str(REEL), str(path), "64", "36", "48"], check=True, timeout=60)
    return VideoFile(path=path, number=1, size=path.stat().st_size, stored_at=datetime.now(UTC))


def left_beside(video: VideoFile) -> list[str]:
    return [path.name for path in video.path.parent.iterdir() if path != video.path]


async def test_ten_parts_come_together_and_the_rest_after_them(video: VideoFile) -> None:
    names: list[list[str]] = []
    async with aclosing(Originals().batches(video, LIMIT)) as batches:
        async for batch in batches:
            assert all(part.path.stat().st_size == part.size for part in batch)
            names.append([part.name for part in batch])

    stem = "video-0123456789abcdef-part"
    assert [len(batch) for batch in names] == [10, 2]
    assert [names[0][0], names[1][1]] == [f"{stem}-1-of-12.mp4", f"{stem}-12-of-12.mp4"]
    assert left_beside(video) == []


async def test_whoever_stops_half_way_leaves_nothing_behind(video: VideoFile) -> None:
    async with aclosing(Originals().batches(video, LIMIT)) as batches:
        first = await anext(batches)
        assert first[0].path.exists()

    assert left_beside(video) == []


async def test_a_video_that_is_deleted_half_way_is_told_and_leaves_nothing(
    video: VideoFile, tmp_path: Path
) -> None:
    copy = replace(video, path=tmp_path / video.path.name)
    shutil.copy(video.path, copy.path)

    async with aclosing(Originals().batches(copy, LIMIT)) as batches:
        await anext(batches)
        copy.path.unlink()
        with pytest.raises(Refusal, match="refusal-video-gone"):
            await anext(batches)

    assert left_beside(copy) == []


async def test_a_disk_that_takes_no_folder_is_told_in_words(
    video: VideoFile, tmp_path: Path
) -> None:
    """Where the video's own name has room, and the longer one of a folder beside it has none."""
    folder = tmp_path
    while (left := LONGEST_PATH - len(str(folder))) > len("/v.mp4"):
        folder = folder / ("d" * min(left - len("/v.mp4") - 1, 200))
    folder.mkdir(parents=True)
    deep = replace(video, path=folder / "v.mp4")
    deep.path.symlink_to(video.path)

    async with aclosing(Originals().batches(deep, LIMIT)) as batches:
        with pytest.raises(Refusal, match="refusal-parts-failed"):
            await anext(batches)


async def test_a_member_has_one_turn_at_a_time_and_others_theirs() -> None:
    originals = Originals()

    with (
        originals.turn(ALICE),
        originals.turn(BOB),
        pytest.raises(Refusal, match="refusal-parts-running"),
        originals.turn(ALICE),
    ):
        pass
    with originals.turn(ALICE):
        pass


async def test_a_bot_that_stops_cuts_no_more_and_waits_for_what_is_on_its_way(
    video: VideoFile,
) -> None:
    originals = Originals()
    with originals.turn(ALICE):
        async with aclosing(originals.batches(video, LIMIT)) as batches:
            await anext(batches)
            stopping = asyncio.create_task(originals.drain(30))
            await asyncio.sleep(0)

            with pytest.raises(Refusal, match="refusal-restarting"):
                await anext(batches)
            assert not stopping.done()
    await stopping

    with pytest.raises(Refusal, match="refusal-restarting"), originals.turn(BOB):
        pass


async def test_a_stop_does_not_wait_for_ever() -> None:
    originals = Originals()
    with originals.turn(ALICE):
        await originals.drain(0.01)


@pytest.mark.parametrize(
    ("size", "limit", "worth"),
    [
        (0, 10 << 20, False),
        (1, 10 << 20, True),
        (MAX_PARTS * ((10 << 20) - MARGIN), 10 << 20, True),
        (MAX_PARTS * ((10 << 20) - MARGIN) + 1, 10 << 20, False),
        (1, 0, False),
        (1, MARGIN, False),
    ],
)
def test_a_video_of_too_many_parts_is_not_worth_a_try(size: int, limit: int, worth: bool) -> None:
    file = VideoFile(path=Path("a.mp4"), number=1, size=size, stored_at=datetime.now(UTC))

    assert in_parts(file, limit) == worth
