"""Inside the child: open a video, read it to its end, and print what was found as one line of JSON.

It ends with another code than 0 when the file is no video that plays. PyAV is imported here alone,
and nothing of the bot is.
"""

import json
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


class NoVideo(Exception):
    """The file does not play."""


@dataclass
class Track:
    """What reading to the end showed."""

    width: int = 0
    height: int = 0
    pixels: str = ""
    packets: int = 0
    end: float = 0.0
    start: float | None = None


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
    at = float(moment * packet.time_base)
    track.start = at if track.start is None else min(track.start, at)
    track.end = max(track.end, at + float((packet.duration or 0) * packet.time_base))


def _see(track: Track, decoded: Sequence[object], aspect: Fraction | int) -> None:
    """Note how the picture looks on a screen: upright, its pixels square."""
    for frame in decoded[:1]:
        assert isinstance(frame, VideoFrame)
        shown = (max(round(frame.width * aspect), 1), frame.height)
        track.width, track.height = shown if frame.rotation % 180 == 0 else shown[::-1]
        track.pixels = frame.format.name


def _seconds(container: InputContainer, track: Track) -> float:
    read = track.end - (track.start or 0.0)
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


if __name__ == "__main__":
    print(json.dumps(look(Path(sys.argv[1]))))  # noqa: T201  # its one answer
