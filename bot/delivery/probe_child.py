"""Inside the child: open a video, read it to its end, and print what was found as one line of JSON.

It ends with another code than 0 when the file is no video that plays. PyAV is imported here alone,
and nothing of the bot is.
"""

import base64
import io
import json
import struct
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg"
"""Playlists are not among them: they make FFmpeg open other files and addresses."""
_MAX_BOXES = 100_000
_SMALLEST = (
    "c-muNU{FXasVvAW&d+6FU}6B#Kx~v)mTZ_?U}DI?z`&7Kl$r{ZJDQu4SOTQyv9bRDKkJU`%e~KTdTgJjb3@^#^1J"
    "s8qhJ&a0?+`&+^HQc3}XNPeZTs@5tM)(XDLcF?f>_Ifq_{zH$T4&D3+63mXU(0llcV$1N#LAMg|Z<07f(m(D)Aco"
    "x=n~9wkMI*+6zoNjBI{W=zw7_A=nN2dljTP|U!flA2Od45VdJbBaq4I-ur)^)epFP036IG8A%C(EaWJ4!O`HV2*A"
    "^N=^|>rYtih6<K8%ke~07n3s~13R1(Eotv4L24sko<$?`GcBV=SL{289C^Zeq8$6{&ISLRqqjqsgQVx*4y11k`1x"
    "d|pPzi)1C_tVTVDJFa9ynE?1Bw6tfuteORA<H%2Cn}P8N||o^qQM-Eua`-0TCQF9@8Qi8CWvj_n-dz;|EBaNK#1="
    "G(5S!z>F#`0f#lrVkT&8hycBSEDpjlK(S;rF(xFrDzvn+5fnTSvy$_X^cetgVrfbVDE=aIQ^7O{C?dxdFn)^?3kq"
    "_O{jHM;Nf0V4OY-x<aghkt3=T1$#IiIqBRyk1LjwZ<NREV9"
)
"""A film of two grey pictures, 16 by 16: an MP4 with H.264."""


class NoVideo(Exception):
    """The file does not play."""


@dataclass
class Span:
    """From when to when the packets of one stream reach, in its own ticks."""

    start: int
    end: int
    tick: Fraction


@dataclass
class Track:
    """What reading to the end showed."""

    width: int = 0
    height: int = 0
    pixels: str = ""
    packets: int = 0
    spans: dict[int, Span] = field(default_factory=dict)

    @property
    def start(self) -> float:
        """Seconds at which the first of all streams begins."""
        return min((float(each.start * each.tick) for each in self.spans.values()), default=0.0)

    @property
    def end(self) -> float:
        """Seconds at which the last of them ends."""
        return max((float(each.end * each.tick) for each in self.spans.values()), default=0.0)


def look(path: Path) -> dict[str, object]:
    """All facts about a video file.

    Raises:
        NoVideo: there is no moving picture, or it breaks off.
    """
    boxes = _boxes_of(path)
    # Not as `options`: PyAV would hand them to streams as well, and crash where those (of an FLV)
    # are found only later.
    options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
    with av.open(str(path), container_options=options, metadata_errors="replace") as container:
        stream = _moving(container)
        track = _read(container, stream)
        seconds = _seconds(container, track)
        sound = container.streams.audio[0].codec_context.name if container.streams.audio else None
        brand = container.metadata.get("major_brand", "").strip()
        return {
            "size": path.stat().st_size,
            "seconds": seconds,
            "rate": max(round(track.packets / seconds, 3), 0.001),
            "width": track.width,
            "height": track.height,
            "codec": stream.codec_context.name,
            "pixels": track.pixels,
            "sound": sound,
            "mp4": "mp4" in container.format.name and brand != "qt",
            "index_first": _index_first(boxes),
        }


def _moving(container: InputContainer) -> VideoStream:
    still = Disposition.attached_pic | Disposition.still_image
    for stream in container.streams.video:
        if not stream.disposition & still:
            return stream
    raise NoVideo


def _read(container: InputContainer, stream: VideoStream) -> Track:
    """Decode the first picture, and read every packet of every stream."""
    track = Track()
    stream.codec_context.thread_count = 1  # one picture gains nothing by more
    for packet in container.demux():
        if packet.stream.index == stream.index:
            track.packets += packet.size > 0
            if not track.width:  # at the end an empty packet brings out a picture held back
                _see(track, packet.decode(), stream.sample_aspect_ratio or 1)
        _reach(track, packet)
    return track


def _reach(track: Track, packet: Packet) -> None:
    moment = packet.dts if packet.pts is None else packet.pts
    if moment is None:
        return
    end = moment + (packet.duration or 0)
    if span := track.spans.get(packet.stream_index):
        span.start, span.end = min(span.start, moment), max(span.end, end)
    else:
        track.spans[packet.stream_index] = Span(moment, end, packet.time_base)


def _see(track: Track, decoded: Sequence[object], aspect: Fraction | int) -> None:
    """Note how the picture looks on a screen: upright, its pixels square."""
    for frame in decoded[:1]:
        assert isinstance(frame, VideoFrame)
        shown = (max(round(frame.width * aspect), 1), frame.height)
        track.width, track.height = shown if frame.rotation % 180 == 0 else shown[::-1]
        track.pixels = frame.format.name


def _seconds(container: InputContainer, track: Track) -> float:
    read = track.end - track.start
    named = container.duration / av.time_base if container.duration else read
    whole = read >= 0.9 * named - 0.5  # half a video has a header that promises all of it
    if not track.width or track.packets < 2 or named <= 0 or not whole:  # noqa: PLR2004  # a still
        raise NoVideo
    shown = track.end - (container.start_time or 0) / av.time_base  # what is cut off lies before
    return round(float(named if shown <= named / 0.9 + 0.5 else shown), 3)


def _boxes_of(path: Path) -> list[str]:
    with path.open("rb") as file:
        return list(islice(_boxes(file, path.stat().st_size), _MAX_BOXES))


def _boxes(file: BinaryIO, size: int) -> Iterator[str]:
    """The names of an MP4's outermost boxes (ISO/IEC 14496-12, 4.2); none for other containers."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, name = struct.unpack(">I4s", head[:8])
        if at == 0 and name not in (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide"):
            return
        if length == 1 and len(head) == 16:  # noqa: PLR2004  # the length follows the name
            length = struct.unpack(">Q", head[8:])[0]
        if length == 0:  # to the end of the file
            length = size - at
        if length < 8 or at + length > size:  # noqa: PLR2004  # shorter than its own head
            raise NoVideo
        yield name.decode("latin-1")
        at += length


def _index_first(boxes: list[str]) -> bool:
    return "moov" in boxes and "mdat" in boxes and boxes.index("moov") < boxes.index("mdat")


def warm() -> None:
    """Let FFmpeg make its tables now, where children are forked from."""
    film = io.BytesIO(zlib.decompress(base64.b85decode(_SMALLEST)))
    with av.open(film, "r") as container:
        _read(container, container.streams.video[0])


def main() -> None:
    """Answer."""
    print(json.dumps(look(Path(sys.argv[1]))))  # noqa: T201  # its one answer


if __name__ == "__main__":
    main()
