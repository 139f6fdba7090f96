"""Files that a video is asked for and that would rather open others: none of them is opened."""

import re
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from bot.delivery import probe, probe_child
from bot.delivery.probe_child import NoVideo, look
from bot.domain.errors import MediaFailure

PLAYLISTS: dict[str, str] = {
    "m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{place}\n#EXT-X-ENDLIST\n",
    "m3u8 of playlists": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{place}\n",
    "m3u8 with a key": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{place}"\n#EXTINF:2,\ngood.mp4\n',
    "ffconcat": "ffconcat version 1.0\nfile '{place}'\n",
    "dash": (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT2S"><Period><AdaptationSet mimeType="video/mp4">'
        '<Representation id="1" bandwidth="1"><BaseURL>{place}</BaseURL></Representation>'
        "</AdaptationSet></Period></MPD>"
    ),
    "sdp": (
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\n"
    ),
    "subtitles": "1\n00:00:00,000 --> 00:00:02,000\n{place}\n",
    "subtitles with fonts": "[Script Info]\n[Events]\nDialogue: 0,0:00:00.00,0:00:02.00,{place}\n",
    "smooth streaming": '<SmoothStreamingMedia MajorVersion="2"><StreamIndex Url="{place}"/>',
    "media player's list": "[playlist]\nFile1={place}\nNumberOfEntries=1\n",
    "image sequence": "{place}%03d.png",
    "avisynth": 'DirectShowSource("{place}")',
    "protocols in a name": "concat:{place}|{place}",
}


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    """Hears whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def heard(ear: socket.socket) -> bool:
    ear.setblocking(False)
    try:
        ear.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.parametrize("list_", PLAYLISTS.values(), ids=PLAYLISTS)
def test_a_list_opens_no_other_file_and_no_address(
    clips: Path, tmp_path: Path, ear: socket.socket, list_: str
) -> None:
    port = ear.getsockname()[1]
    (tmp_path / "good.mp4").write_bytes((clips / "good.mp4").read_bytes())
    path = tmp_path / "list.mp4"

    for place in (f"http://127.0.0.1:{port}/x.ts", str(tmp_path / "good.mp4"), "good.mp4"):
        path.write_text(list_.format(place=place, port=port))
        with pytest.raises((NoVideo, av.FFmpegError)):
            look(path)

    assert not heard(ear)


def grown(box: bytes, at: int, extra: int) -> bytes:
    """The file with every box around the byte at `at` larger by `extra`."""
    film, start = bytearray(box), 0
    containers = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref")

    def grow(begin: int, end: int) -> None:
        here = begin
        while here + 8 <= end:
            size, name = struct.unpack(">I4s", film[here : here + 8])
            if here <= at < here + size and name in containers:
                film[here : here + 4] = struct.pack(">I", size + extra)
                grow(here + (16 if name == b"dref" else 8), here + size)
            here += max(size, 8)

    grow(start, len(film))
    return bytes(film)


def alias(path: str) -> bytes:
    """A reference to another file as QuickTime writes it: a Macintosh alias with a whole path."""
    name = path.encode() + bytes(len(path) % 2)
    record = bytes(150) + struct.pack(">hH", 2, len(name)) + name + struct.pack(">hH", -1, 0)
    return struct.pack(">I4sI", 12 + len(record), b"alis", 0) + record


def pointing_at(film: bytes, other: Path) -> bytes:
    """The video with its pictures in another file, and none of them in its own."""
    inside, outside = struct.pack(">I4sI", 12, b"url ", 1), alias(str(other))
    while (at := film.find(inside)) >= 0:
        film = grown(film, at, len(outside) - len(inside)).replace(inside, outside, 1)
    data, index = film.index(b"mdat") + 4, film.index(b"moov") - 4
    return film[:data] + bytes(index - data) + film[index:]


async def test_an_mp4_with_its_pictures_elsewhere_has_none(clips: Path, tmp_path: Path) -> None:
    film = (clips / "index-last.mp4").read_bytes()
    other, path = tmp_path / "other.mp4", tmp_path / "pointing.mp4"
    other.write_bytes(film)
    path.write_bytes(pointing_at(film, other))
    asked = {"enable_drefs": "1", "use_absolute_path": "1"}
    with av.open(str(path), options=asked) as container:  # whoever lets it, opens the other one
        assert len(list(container.decode(video=0))) == 16

    with pytest.raises(MediaFailure, match="media-not-a-video"):
        await probe(path)


def test_every_child_that_opens_a_video_takes_the_same_containers() -> None:
    """Children are single files that import nothing of ours, so the list stands in each."""
    folder = Path(probe_child.__file__).parent
    sources = [path.read_text("utf-8") for path in folder.glob("*_child.py")]

    lists = [re.findall('^_CONTAINERS = "(.+)"$', source, re.MULTILINE) for source in sources]
    assert len(lists) == 3
    assert lists == [lists[0]] * 3 != [[]] * 3
    assert all('"protocol_whitelist": "file"' in source for source in sources)
