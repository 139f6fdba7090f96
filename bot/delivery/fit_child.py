"""Inside the child: write a video anew, each of its streams copied or encoded, and end with 0.

`SOURCE TARGET ORDER`: the order is JSON with the fields of `Order`. PyAV is imported here and in
the other children alone, and nothing of the bot is.
"""

import json
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import av
from av import AudioFrame, AudioStream, InvalidDataError, Packet, VideoFrame, VideoStream
from av.container import InputContainer, OutputContainer
from av.filter import Graph
from av.stream import Disposition, Stream

_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg"
"""As for the probe."""
_TICKS = Fraction(1, 90_000)
"""Fine enough for every moment that a variable frame rate names."""
_QUALITY = {"preset": "veryfast", "profile": "high", "crf": "20", "threads": "1"}
_SOUND_RATE, _SOUND_FRAME = 48_000, 1024
"""Samples a second, and of an AAC packet."""
_BT709, _TV = 1, 1
_HIGH_RANGE = (16, 18)  # transfers of HDR: PQ and HLG
_HELD = 64
"""Packets at most; FFmpeg needs a few to know when they are to be decoded."""
_TURNS = {90: ["cclock"], -90: ["clock"], 180: ["clock"] * 2, -180: ["clock"] * 2}
_HD_HEIGHT = 720
"""From this height on players take colours that nobody names for BT.709, below for BT.601."""

Shown: TypeAlias = VideoFrame | AudioFrame
Track: TypeAlias = "Copied | Encoded"


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be made of the streams; a stream without an order of its own is copied."""

    picture: dict[str, float] | None
    """`width`, `height`, `rate` (0 keeps the moments as they are), `bits` and `buffer`: the most
    a second, and beyond that once."""
    sound: float | None
    """Bits a second."""
    seconds: float | None = None
    """Where it ends, when that is before its own end."""


def write(source: Path, target: Path, order: Order) -> None:
    """Write `source` to `target` as an MP4 that plays from its first bytes on."""
    options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}  # see probe_child.py
    with (
        av.open(str(source), container_options=options, metadata_errors="replace") as given,
        av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as made,
    ):
        tracks = _tracks(given, made, order)
        for packet in _until_over(given, tracks):
            made.mux(packet)


def _until_over(given: InputContainer, tracks: dict[int, Track]) -> Iterator[Packet]:
    parent = os.getppid()
    for packet in given.demux([given.streams[index] for index in tracks]):
        if all(track.over for track in tracks.values()):
            break
        if os.getppid() != parent:
            raise SystemExit("nobody waits for it any more")
        yield from tracks[packet.stream.index].take(packet)
    for track in tracks.values():
        yield from track.rest()


def _tracks(given: InputContainer, made: OutputContainer, order: Order) -> dict[int, Track]:
    start = Fraction(given.start_time or 0, av.time_base)
    moving = _moving(given)
    encoded = Picture(moving, made, order, start) if order.picture else None
    tracks: dict[int, Track] = {moving.index: encoded or Copied(moving, made, start)}
    for sound in given.streams.audio[:1]:
        heard = Sound(sound, made, order, start) if order.sound else None
        tracks[sound.index] = heard or Copied(sound, made, start)
    return tracks


def _moving(given: InputContainer) -> VideoStream:
    still = Disposition.attached_pic | Disposition.still_image
    return next(stream for stream in given.streams.video if not stream.disposition & still)


class Copied:
    """A stream as it is, but for where it begins."""

    over = False

    def __init__(self, stream: Stream, made: OutputContainer, start: Fraction) -> None:
        self._made = made.add_stream_from_template(stream, opaque=True)
        self._shift = round(start / (stream.time_base or 1))
        self._held: list[Packet] = []

    def take(self, packet: Packet) -> Iterator[Packet]:
        """The packet itself; Matroska's first ones wait for one that says when it is decoded.

        Raises:
            ValueError: it does not say when it is shown, so that it has to be decoded.
        """
        if not packet.size:  # the end
            return
        if packet.pts is None or len(self._held) >= _HELD:
            raise ValueError("a packet without a moment")
        self._held.append(packet)
        if packet.dts is not None:
            yield from self._dated(packet.dts, max(packet.duration or 0, 1))

    def rest(self) -> Iterator[Packet]:
        """Nothing; what still waits would be lost."""
        if self._held:
            raise ValueError("packets without a moment")
        return iter(())

    def _dated(self, last: int, step: int) -> Iterator[Packet]:
        for ahead, packet in enumerate(reversed(self._held)):
            packet.dts = last - ahead * step - self._shift
            packet.pts = (packet.pts or 0) - self._shift
            packet.stream = self._made
        yield from self._held
        self._held = []


class Encoded(ABC):
    """A stream that is decoded, filtered and encoded anew."""

    def __init__(self, order: Order, start: Fraction) -> None:
        self.over, self._end, self._start = False, order.seconds, start
        self._filter: Graph | None = None

    @abstractmethod
    def _filtered(self, frame: Shown) -> Iterator[Packet]:
        """Give a frame to the filter, and what that has ready to the encoder."""

    @abstractmethod
    def _encoded(self, frame: Shown | None) -> Iterator[Packet]:
        """What the encoder makes of a frame, and at the end of none."""

    def take(self, packet: Packet) -> Iterator[Packet]:
        """Packets of the new codec, from what can be decoded and is not beyond the end."""
        with suppress(InvalidDataError):
            for frame in () if self.over else packet.decode():
                assert isinstance(frame, VideoFrame | AudioFrame)
                yield from self._filtered(frame)

    def rest(self) -> Iterator[Packet]:
        """What filter and encoder have held back."""
        if self._filter is not None:
            self._filter.push(None)
            yield from self._ready()
        yield from self._encoded(None)

    def _ready(self) -> Iterator[Packet]:
        """What the filter has ready, encoded."""
        with suppress(BlockingIOError, EOFError):
            while self._filter is not None:
                yield from self._encoded(self._filter.pull())

    def _moment(self, frame: Shown) -> Fraction | None:
        """When it is shown, from where all of it begins; notes when that is beyond the end."""
        if frame.pts is None or frame.time_base is None:
            return None
        moment = frame.pts * frame.time_base - self._start
        self.over |= self._end is not None and moment >= self._end
        return moment


class Picture(Encoded):
    """What moves: upright, of even size, 8 bit 4:2:0 in BT.709."""

    def __init__(
        self, stream: VideoStream, made: OutputContainer, order: Order, start: Fraction
    ) -> None:
        super().__init__(order, start)
        self._wanted, self._stream = order.picture or {}, stream
        stream.codec_context.thread_count = 1
        self._encoder = self._encoding(made)
        self._look: tuple[object, ...] = ()
        self._last = -1

    def _encoding(self, made: OutputContainer) -> VideoStream:
        wanted = self._wanted
        rate = Fraction(max(wanted["rate"] or self._stream.average_rate or 24, 1))
        bounds = {"maxrate": str(int(wanted["bits"])), "bufsize": str(int(wanted["buffer"]))}
        rate, options = rate.limit_denominator(1001), _QUALITY | bounds
        encoder = made.add_stream("libx264", rate=rate, options=options)
        encoder.width, encoder.height = int(wanted["width"]), int(wanted["height"])
        encoder.pix_fmt, encoder.codec_context.time_base = "yuv420p", _TICKS
        context = encoder.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _TV
        return encoder

    def _filtered(self, frame: Shown) -> Iterator[Packet]:
        assert isinstance(frame, VideoFrame)
        look = (frame.width, frame.height, frame.format.name, frame.rotation)
        if look != self._look:
            self._look, self._filter = look, _filter(self._steps(frame))
        assert self._filter
        self._filter.push(frame)
        yield from self._ready()

    def _encoded(self, frame: Shown | None) -> Iterator[Packet]:
        assert not isinstance(frame, AudioFrame)
        if frame is None or self._placed(frame):
            yield from self._encoder.encode(frame)

    def _placed(self, frame: VideoFrame) -> bool:
        """Whether the frame has a moment of its own, which it then bears."""
        moment = self._moment(frame)
        ticks = -1 if moment is None else round(moment / _TICKS)
        if self.over or ticks <= self._last:
            return False
        self._last = frame.pts = ticks
        frame.time_base, frame.pict_type = _TICKS, 0
        return True

    def _steps(self, frame: VideoFrame) -> Iterator[tuple[str, str]]:
        aspect = self._stream.sample_aspect_ratio or Fraction(1)
        look = f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}"
        colours = f"colorspace={int(frame.colorspace)}:range={int(frame.color_range)}"
        base = self._stream.time_base
        yield "buffer", f"{look}:{colours}:time_base={base}:pixel_aspect={aspect}"
        yield from (("transpose", turn) for turn in _TURNS.get(frame.rotation, ()))
        if rate := self._wanted["rate"]:
            yield "fps", str(Fraction(rate).limit_denominator(1001))
        width, height = int(self._wanted["width"]), int(self._wanted["height"])
        yield "scale", f"{width}:{height}:flags=bicubic:{self._colours(frame)}"
        yield "format", "yuv420p"
        yield "setsar", "1"
        yield "buffersink", ""

    def _colours(self, frame: VideoFrame) -> str:
        wanted = "out_color_matrix=bt709:out_range=tv"
        if self._stream.codec_context.color_trc in _HIGH_RANGE:
            return f"{wanted}:out_primaries=bt709:out_transfer=bt709"
        if frame.colorspace in (2, 5):  # unnamed; PyAV's own word for that
            matrix = "bt709" if frame.height >= _HD_HEIGHT else "smpte170m"
            return f"{wanted}:in_color_matrix={matrix}"
        return wanted


class Sound(Encoded):
    """The sound, which begins and ends with the picture."""

    def __init__(
        self, stream: AudioStream, made: OutputContainer, order: Order, start: Fraction
    ) -> None:
        super().__init__(order, start)
        self._layout = "mono" if stream.codec_context.channels == 1 else "stereo"
        self._encoder = made.add_stream("aac", rate=_SOUND_RATE, layout=self._layout)
        self._encoder.bit_rate = int(order.sound or 0)

    def _filtered(self, frame: Shown) -> Iterator[Packet]:
        assert isinstance(frame, AudioFrame)
        if (moment := self._moment(frame)) is not None:
            frame.pts = round(moment * frame.sample_rate)
        if self.over:
            return
        frame.time_base = Fraction(1, frame.sample_rate)
        if self._filter is None:
            self._filter = _filter(self._steps(frame))
            self._filter.set_audio_frame_size(_SOUND_FRAME)
        self._filter.push(frame)
        yield from self._ready()

    def _encoded(self, frame: Shown | None) -> Iterator[Packet]:
        assert not isinstance(frame, VideoFrame)
        yield from self._encoder.encode(frame)

    def _steps(self, frame: AudioFrame) -> Iterator[tuple[str, str]]:
        samples = f"sample_rate={frame.sample_rate}:time_base=1/{frame.sample_rate}"
        layout = f"sample_fmt={frame.format.name}:channel_layout={frame.layout.name}"
        yield "abuffer", f"{samples}:{layout}"
        yield "aresample", f"{_SOUND_RATE}:async=1000:first_pts=0"
        yield "aformat", f"sample_fmts=fltp:channel_layouts={self._layout}"
        yield "abuffersink", ""


def _filter(steps: Iterable[tuple[str, str]]) -> Graph:
    graph = Graph()
    graph.link_nodes(*(graph.add(name, text or None) for name, text in steps)).configure()
    return graph


if __name__ == "__main__":
    with suppress(AttributeError, OSError):  # Windows has no such thing
        os.nice(10)
    write(Path(sys.argv[1]), Path(sys.argv[2]), Order(**json.loads(sys.argv[3])))
