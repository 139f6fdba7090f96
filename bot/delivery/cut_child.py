"""Inside the child: cut a video at its keyframes into parts that play, without encoding anew.

`plan PATH ROOM MOST` prints where each part begins; `part PATH OUT START END` writes one, as an MP4
whose index comes first. The answer is one line of JSON, `{"refused": code, …}` where it cannot be.
It ends with another code than 0 when the file cannot be read. PyAV is imported here alone, and
nothing of the bot is.
"""

import json
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition, Stream

_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg"
"""Playlists are not among them: they make FFmpeg open other files and addresses."""
_SOURCE = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
"""Of the container alone: with others PyAV crashes where streams are found later (FLV)."""
HEAD = 16 * 1024
"""Bytes of a part that belong to no packet."""
ENTRY = 40
"""Bytes of its index for each packet, at most: five tables (ISO/IEC 14496-12, 8.6 and 8.7)."""
TO_THE_END = "end"
EARLY = 2
"""Seconds before a part that reading begins: not every container finds its way to the frame."""


class Refused(Exception):
    """It is a video, but cannot be had in parts: a code and what it needs."""

    def __init__(self, code: str, **params: int) -> None:
        super().__init__(code)
        self.answer = {"refused": code, **params}


@dataclass
class Scene:
    """A keyframe and everything up to the next one."""

    start: int
    """In units of the video's time base."""
    size: int = 0
    """Bytes, as they will be in a part."""


@dataclass
class Span:
    """A part: from one keyframe up to another."""

    start: int
    end: int | None
    """`None` is the end of the video."""
    base: Fraction
    """Seconds of a unit of `start` and `end`."""

    @property
    def begins(self) -> Fraction:
        """In seconds."""
        return self.start * self.base

    @property
    def ends(self) -> Fraction | None:
        """Likewise."""
        return None if self.end is None else self.end * self.base


def main() -> None:
    """Do what the arguments say."""
    verb, path, *rest = sys.argv[1:]
    try:
        answer = _plan(path, *map(int, rest)) if verb == "plan" else _part(path, *rest)
    except Refused as refused:
        answer = refused.answer
    print(json.dumps(answer))  # noqa: T201  # its one answer


def _plan(path: str, room: int, most: int) -> dict[str, object]:
    """Where parts of at most `room` bytes begin.

    Raises:
        Refused: `scene` (size) when a single scene is larger, `many` (count) above `most` parts,
            `codec` when what is in it cannot stand in an MP4.
    """
    with av.open(path, container_options=_SOURCE, metadata_errors="replace") as source:
        streams = _streams(source)
        _check_codecs(streams)
        scenes = _scenes(source, streams)
    largest = max(scene.size for scene in scenes)
    if largest + HEAD > room:
        raise Refused("scene", size=largest)
    starts = list(_packed(scenes, room - HEAD))
    if len(starts) > most:
        raise Refused("many", count=len(starts))
    return {"starts": starts}


def _part(path: str, out: str, start: str, end: str) -> dict[str, object]:
    """Write the part from the keyframe at `start` up to the one at `end`; its size."""
    with av.open(path, container_options=_SOURCE, metadata_errors="replace") as source:
        streams = _streams(source)
        last = None if end == TO_THE_END else int(end)
        span = Span(start=int(start), end=last, base=streams[0].time_base or Fraction(1))
        with av.open(out, "w", format="mp4", options={"movflags": "+faststart"}) as target:
            if not _copy(source, streams, target, span):
                raise EOFError(start)  # it is not the file that was planned
    return {"size": Path(out).stat().st_size}


def _streams(source: InputContainer) -> Sequence[Stream]:
    """The moving picture, and the first sound if there is one."""
    still = Disposition.attached_pic | Disposition.still_image
    moving = next(stream for stream in source.streams.video if not stream.disposition & still)
    return (moving, *source.streams.audio[:1])


def _check_codecs(streams: Sequence[Stream]) -> None:
    try:
        with av.open(_Nowhere(), "w", format="mp4") as target:
            for stream in streams:
                _copied(stream, target)
            target.start_encoding()
    except (av.FFmpegError, ValueError) as error:
        raise Refused("codec") from error


def _copied(stream: Stream, target: OutputContainer) -> Stream:
    """The same stream in another file; that nothing can encode it (AV1) does not matter."""
    return target.add_stream_from_template(stream, opaque=True)


class _Nowhere:
    """Takes a file that nobody wants."""

    def write(self, content: bytes) -> int:
        return len(content)

    def seek(self, place: int, _whence: int = 0) -> int:
        return place

    def tell(self) -> int:
        return 0


def _scenes(source: InputContainer, streams: Sequence[Stream]) -> list[Scene]:
    """All scenes in their order; what is heard belongs to the scene of its moment."""
    video, scenes, heard = streams[0], list[Scene](), list[tuple[Fraction, int]]()
    for packet in _packets(source, streams):
        if packet.stream.index != video.index:
            heard.append((_at(packet), packet.size + ENTRY))
            continue
        if packet.is_keyframe:
            scenes.append(Scene(_moment(packet)))
        if scenes:
            scenes[-1].size += packet.size + ENTRY
    base = video.time_base or Fraction(1)
    begins = [scene.start * base for scene in scenes]
    for moment, size in heard:
        scenes[max(bisect_right(begins, moment) - 1, 0)].size += size
    return scenes


def _packed(scenes: Sequence[Scene], room: int) -> Iterator[int]:
    """Where parts begin that hold as many scenes as they can."""
    left = -1
    for scene in scenes:
        if scene.size > left:
            yield scene.start
            left = room
        left -= scene.size


def _copy(
    source: InputContainer, streams: Sequence[Stream], target: OutputContainer, span: Span
) -> int:
    """How many pictures there were."""
    copies, count = {stream.index: _copied(stream, target) for stream in streams}, 0
    early = max(span.start - int(EARLY / span.base), min(span.start, 0))
    source.seek(early, stream=streams[0])
    for packet in _within(span, _packets(source, streams), streams):
        copy = copies[packet.stream.index]
        count += packet.stream.index == streams[0].index
        _shift(packet, span.begins)
        packet.stream = copy
        target.mux(packet)
    return count


def _within(span: Span, packets: Iterator[Packet], streams: Sequence[Stream]) -> Iterator[Packet]:
    """The packets of a part; pictures that need one before its first are left out."""
    video, over = streams[0].index, set[int]()
    begun = False
    for packet in packets:
        index = packet.stream.index
        if index == video:
            begun = begun or _is_keyframe(packet, span.start)
            ended, inside = _is_keyframe(packet, span.end), begun and _moment(packet) >= span.start
        else:
            at = _at(packet)
            ended, inside = span.ends is not None and at >= span.ends, at >= span.begins
        if ended:
            over.add(index)
        if len(over) == len(streams):
            return
        if inside and index not in over:
            yield packet


def _is_keyframe(packet: Packet, moment: int | None) -> bool:
    return packet.is_keyframe and _moment(packet) == moment


def _packets(source: InputContainer, streams: Sequence[Stream]) -> Iterator[Packet]:
    """Without the empty ones at the end."""
    for packet in source.demux(*streams):
        if packet.size and (packet.pts is not None or packet.dts is not None):
            yield packet


def _moment(packet: Packet) -> int:
    moment = packet.dts if packet.pts is None else packet.pts
    assert moment is not None
    return moment


def _at(packet: Packet) -> Fraction:
    """Seconds."""
    return _moment(packet) * (packet.time_base or Fraction(1))


def _shift(packet: Packet, start: Fraction) -> None:
    """Let the part begin at nought."""
    by = round(start / (packet.time_base or Fraction(1)))
    if packet.pts is not None:
        packet.pts -= by
    if packet.dts is not None:
        packet.dts -= by


if __name__ == "__main__":
    main()
