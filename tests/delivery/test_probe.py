"""What a file turns out to be."""

import shutil
import struct
from pathlib import Path

import pytest

from bot.delivery import probe
from bot.delivery.probe_child import NoVideo, look
from bot.domain.errors import MediaFailure

WEB_PAGES = [
    b"<!DOCTYPE html><title>Sign in</title>",
    b"\xef\xbb\xbf\r\n <HTML lang=zh>",
    b"<!-- cached --><html><body>gone",
    b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">',
]

NO_VIDEOS = {
    "empty": b"",
    "json": b'{"error":{"message":"expired"}}',
    "xml": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "gif": b"GIF89a\x01\x00\x01\x00\x80\x00\x00" + bytes(40),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "random": bytes(range(256)) * 64,
    "box without end": struct.pack(">I4sI", 12, b"ftyp", 0) + struct.pack(">I4s", 1 << 30, b"mdat"),
    "box of no size": struct.pack(">I4s", 3, b"ftyp"),
    "huge box": struct.pack(">I4sQ", 1, b"mdat", 1 << 62),
}


async def code_of(path: Path) -> str:
    with pytest.raises(MediaFailure) as caught:
        await probe(path)
    return caught.value.code


async def test_a_good_video_plays_in_place(clips: Path) -> None:
    clip = await probe(clips / "good.mp4")

    assert (clip.width, clip.height, clip.codec, clip.inline_safe) == (64, 48, "h264", True)
    assert clip.seconds == pytest.approx(2, abs=0.1)
    assert (clip.path, clip.size) == (clips / "good.mp4", (clips / "good.mp4").stat().st_size)


async def test_a_silent_video_plays_in_place(clips: Path) -> None:
    assert (await probe(clips / "silent.mp4")).inline_safe


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("index-last.mp4", "h264"),
        ("full-colour.mp4", "h264"),
        ("mp3.mp4", "h264"),
        ("quicktime.mp4", "h264"),
        ("mpeg4.mp4", "mpeg4"),
        ("vp9.webm", "vp9"),
        ("old.avi", "mpeg4"),
        ("stream.ts", "h264"),
        ("flash.flv", "h264"),
    ],
)
async def test_other_videos_are_videos_but_not_safe(clips: Path, name: str, codec: str) -> None:
    clip = await probe(clips / name)

    assert (clip.codec, clip.width, clip.inline_safe) == (codec, 64, False)
    assert clip.rate == pytest.approx(8, abs=1)  # an FLV counts from before its first picture


async def test_a_video_filmed_upright_is_upright(clips: Path) -> None:
    clip = await probe(clips / "turned.mp4")

    assert (clip.width, clip.height) == (48, 64)


@pytest.mark.parametrize("name", ["audio.mp4", "still.mp4"])
async def test_sound_or_a_still_alone_is_no_video(clips: Path, name: str) -> None:
    assert await code_of(clips / name) == "media-not-a-video"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("name", ["good.mp4", "index-last.mp4"])
async def test_a_video_that_breaks_off_is_none(
    clips: Path, tmp_path: Path, name: str, share: float
) -> None:
    whole = (clips / name).read_bytes()
    path = tmp_path / "half.mp4"
    path.write_bytes(whole[: int(len(whole) * share)])

    assert await code_of(path) == "media-not-a-video"


async def test_a_webm_that_breaks_off_is_none(clips: Path, tmp_path: Path) -> None:
    whole = (clips / "vp9.webm").read_bytes()
    path = tmp_path / "half.webm"
    path.write_bytes(whole[: len(whole) // 2])

    assert await code_of(path) == "media-not-a-video"


@pytest.mark.parametrize("page", WEB_PAGES)
async def test_a_web_page_is_called_one(tmp_path: Path, page: bytes) -> None:
    path = tmp_path / "page.mp4"
    path.write_bytes(page)

    assert await code_of(path) == "media-web-page"


@pytest.mark.parametrize("kind", NO_VIDEOS)
async def test_anything_else_is_no_video(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file.mp4"
    path.write_bytes(NO_VIDEOS[kind])

    assert await code_of(path) == "media-not-a-video"


async def test_a_playlist_opens_no_other_file(clips: Path, tmp_path: Path) -> None:
    shutil.copy(clips / "good.mp4", tmp_path / "other.mp4")
    path = tmp_path / "list.mp4"
    path.write_text("ffconcat version 1.0\nfile other.mp4\n")

    assert await code_of(path) == "media-not-a-video"


async def test_a_child_that_takes_too_long_is_killed(clips: Path) -> None:
    with pytest.raises(MediaFailure, match="media-not-a-video"):
        await probe(clips / "good.mp4", timeout=0.001)


def test_the_childs_own_words(clips: Path) -> None:
    facts = look(clips / "index-last.mp4")

    assert (facts["sound"], facts["mp4"], facts["index_first"]) == ("aac", True, False)
    for name in ("audio.mp4", "still.mp4"):
        with pytest.raises(NoVideo):
            look(clips / name)


async def test_a_video_that_names_less_than_it_has_is_as_long_as_it_is(
    clips: Path, tmp_path: Path
) -> None:
    path = tmp_path / "liar.mkv"
    film = (clips / "ages.mkv").read_bytes()
    named = film.index(b"\x44\x89\x88") + 3
    path.write_bytes(film[:named] + struct.pack(">d", 2000.0) + film[named + 8 :])

    clip = await probe(path)

    assert clip.seconds == (await probe(clips / "ages.mkv")).seconds
