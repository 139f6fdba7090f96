"""Videos cut into parts: each fits, each plays, together they are the whole."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.delivery import Cut, planned, probe, write_part
from bot.domain.errors import Refusal

REEL = Path(__file__).parents[1] / "reel.py"


@pytest.fixture(scope="session")
def reels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with six seconds in twelve scenes of some 22 kB, and what cannot be cut."""
    folder = tmp_path_factory.mktemp("reels")
    for name, frames in (("reel.mp4", 48), ("reel.webm", 16), ("reel.mov", 8)):
        command = [sys.executable, str(REEL), str(folder / name), "64", "36", str(frames)]
        subprocess.run(command, check=True, timeout=60)
    return folder


async def written(path: Path, cuts: tuple[Cut, ...], folder: Path) -> list[Path]:
    parts = []
    for number, cut in enumerate(cuts):
        parts.append(folder / f"{number}.mp4")
        assert await write_part(path, cut, parts[-1]) == parts[-1].stat().st_size
    return parts


async def refusal(path: Path, *, room: int, most: int = 20) -> tuple[str, dict[str, object]]:
    with pytest.raises(Refusal) as caught:
        await planned(path, room=room, most=most)
    return caught.value.code, dict(caught.value.params)


@pytest.mark.parametrize("room", [85_000, 150_000, 10**9])
async def test_every_part_fits_and_plays_and_together_they_are_the_whole(
    reels: Path, tmp_path: Path, room: int
) -> None:
    whole = await probe(reels / "reel.mp4")

    cuts = await planned(whole.path, room=room, most=20)
    parts = [await probe(part) for part in await written(whole.path, cuts, tmp_path)]

    assert all(part.size <= room for part in parts)
    assert all(part.inline_safe for part in parts)
    assert {(part.width, part.height) for part in parts} == {(64, 36)}
    assert sum(part.seconds for part in parts) == pytest.approx(whole.seconds, abs=0.1)
    assert len(parts) == {85_000: 4, 150_000: 2, 10**9: 1}[room]


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    "name",
    [
        "silent.mp4",
        "index-last.mp4",
        "mp3.mp4",
        "stream.ts",
        "flash.flv",
        "old.avi",
        "hevc.mp4",
        "av1.mp4",
        "vp9.webm",
        "turned.mp4",
    ],
)
async def test_whatever_an_mp4_holds_can_be_cut(clips: Path, tmp_path: Path, name: str) -> None:
    whole = await probe(clips / name)

    cuts = await planned(whole.path, room=10**6, most=20)
    (part,) = [await probe(part) for part in await written(whole.path, cuts, tmp_path)]

    assert part.seconds == pytest.approx(whole.seconds, abs=0.3)
    assert (part.width, part.height) == (whole.width, whole.height)


async def test_no_part_begins_within_a_scene(reels: Path) -> None:
    code, params = await refusal(reels / "reel.mp4", room=30_000)

    assert code == "refusal-parts-scene"
    assert 20_000 < int(str(params["size"])) < 30_000


async def test_more_parts_than_wanted_are_none(reels: Path) -> None:
    code, params = await refusal(reels / "reel.mp4", room=60_000, most=11)

    assert (code, params["count"], params["most"]) == ("refusal-parts-many", 12, 11)


async def test_what_an_mp4_does_not_hold_is_refused(reels: Path) -> None:
    assert (await refusal(reels / "reel.webm", room=10**6))[0] == "refusal-parts-codec"


@pytest.mark.parametrize(
    "content", [b"", b"<html>", bytes(5_000), b"\0\0\0\x18ftypisom" + bytes(99)]
)
async def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(content)

    assert (await refusal(path, room=10**6))[0] == "refusal-parts-failed"


async def test_a_file_that_is_gone_is_told(reels: Path, tmp_path: Path) -> None:
    assert (await refusal(tmp_path / "gone.mp4", room=10**6))[0] == "refusal-video-gone"

    with pytest.raises(Refusal, match="refusal-video-gone"):
        await write_part(tmp_path / "gone.mp4", Cut(start=0, end=None), tmp_path / "part.mp4")


async def test_a_file_that_was_replaced_meanwhile_gives_no_empty_part(
    reels: Path, tmp_path: Path
) -> None:
    cut = Cut(start=10**9, end=None)

    with pytest.raises(Refusal, match="refusal-parts-failed"):
        await write_part(reels / "reel.mov", cut, tmp_path / "part.mp4")


async def test_a_file_that_was_replaced_meanwhile_gives_no_part_of_sound_alone(
    reels: Path, tmp_path: Path
) -> None:
    within_a_scene = Cut(start=1, end=None)

    with pytest.raises(Refusal, match="refusal-parts-failed"):
        await write_part(reels / "reel.mp4", within_a_scene, tmp_path / "part.mp4")
