"""Make small videos of every kind that matters: `python clips.py FOLDER`."""

import random
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

WIDTH, HEIGHT, RATE, FRAMES = 64, 48, 8, 16

MATRIX = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
QUARTER_TURN = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 48 << 16, 0, 1 << 30)
"""Clockwise, as a phone writes it that was held upright."""

RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 180, 30), (30, 30, 200), (220, 220, 220)
QUARTERS = (RED, GREEN, BLUE, WHITE)
"""From the left to the right and from the top to the bottom, in every picture of a film."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    codec: str | None = "libx264"
    pixels: str = "yuv420p"
    sound: str | None = "aac"
    frames: int = FRAMES
    rate: int = RATE
    size: tuple[int, int] = (WIDTH, HEIGHT)
    moments: Sequence[int] | None = None
    """Of the frames, in 48ths of a second, where they come unevenly."""
    options: dict[str, str] = field(default_factory=dict)
    encoder: dict[str, str] = field(default_factory=dict)
    format: str | None = None
    noisy: bool = False
    turned: bool = False
    hdr: bool = False
    metadata: dict[str, str] = field(default_factory=dict)


FASTSTART = {"movflags": "+faststart"}
QUIET = {"x265-params": "log-level=none:pools=none:frame-threads=1", "preset": "ultrafast"}
FAST = {"preset": "ultrafast"}
UNEVEN = [0, 6, 7, 14, 29, 30, 36, 44, 51, 60, 66, 71, 78, 85, 88, 90]
AGES = [0, 24, 48, 72, *(48 * 10**8 * each for each in range(1, 5))]
"""Ten years and more between some of the frames."""
HEVC = Kind(codec="libx265", options=FASTSTART, encoder=QUIET)
KINDS = {
    "good.mp4": Kind(options=FASTSTART),
    "silent.mp4": Kind(sound=None, options=FASTSTART),
    "index-last.mp4": Kind(metadata={"title": "secret", "comment": "made at home"}),
    "full-colour.mp4": Kind(pixels="yuv444p", options=FASTSTART),
    "mpeg4.mp4": Kind(codec="mpeg4", options=FASTSTART),
    "mp3.mp4": Kind(sound="mp3", options=FASTSTART),
    "quicktime.mp4": Kind(options=FASTSTART, format="mov"),
    "vp9.webm": Kind(codec="libvpx-vp9", sound="libopus"),
    "audio.mp4": Kind(codec=None, options=FASTSTART),
    "still.mp4": Kind(sound=None, frames=1, options=FASTSTART),
    "old.avi": Kind(codec="mpeg4", sound="mp3"),
    "stream.ts": Kind(),
    "bframes.mkv": Kind(encoder={"bf": "2", "g": "8", "b_strategy": "0"}, noisy=True),
    "flash.flv": Kind(),
    "hevc.mp4": HEVC,
    "hevc-silent.mp4": Kind(codec="libx265", sound=None, options=FASTSTART, encoder=QUIET),
    "hevc-turned.mp4": Kind(codec="libx265", options=FASTSTART, encoder=QUIET, turned=True),
    "hevc-uneven.mp4": Kind(codec="libx265", options=FASTSTART, encoder=QUIET, moments=UNEVEN),
    "hdr.mp4": Kind(
        codec="libx265", pixels="yuv420p10le", options=FASTSTART, encoder=QUIET, hdr=True
    ),
    "turned.mp4": Kind(turned=True),
    "uneven.mp4": Kind(moments=UNEVEN),
    "ages.mkv": Kind(codec="libx265", sound=None, frames=8, encoder=QUIET, moments=AGES),
    "av1.mp4": Kind(codec="libaom-av1", options=FASTSTART, encoder={"cpu-used": "8"}),
    "odd.webm": Kind(codec="libvpx-vp9", sound=None, size=(65, 49)),
    "huge.mp4": Kind(
        pixels="yuv444p", size=(3840, 2160), frames=2, sound=None, options=FASTSTART, encoder=FAST
    ),
    "large.mp4": Kind(
        size=(96, 64), options=FASTSTART, encoder={**FAST, "qp": "4"}, frames=24, noisy=True
    ),
    "long.mp4": Kind(rate=1, frames=1800, sound=None, options=FASTSTART, encoder=FAST, noisy=True),
}


def make(path: Path, kind: Kind) -> None:
    with av.open(str(path), "w", format=kind.format, options=kind.options) as container:
        container.metadata.update(kind.metadata)
        video = _video(container, kind) if kind.codec else None
        audio = container.add_stream(kind.sound, rate=48_000) if kind.sound else None
        if video:
            _draw(container, video, kind)
        if isinstance(audio, AudioStream):
            _hum(container, audio)
    if kind.turned:
        path.write_bytes(turned(path.read_bytes()))


def turned(film: bytes) -> bytes:
    """An MP4 that says of its picture that it is to be shown turned to the right."""
    track = film.index(b"tkhd")
    return film[:track] + film[track:].replace(MATRIX, QUARTER_TURN, 1)


def _video(container: OutputContainer, kind: Kind) -> VideoStream:
    stream = container.add_stream(kind.codec or "", rate=kind.rate, options=dict(kind.encoder))
    assert isinstance(stream, VideoStream)
    (stream.width, stream.height), stream.pix_fmt = kind.size, kind.pixels
    if kind.moments:
        stream.codec_context.time_base = Fraction(1, 48)
    if kind.hdr:  # BT.2020 with the curve of PQ
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace = 9, 16, 9
    return stream


def _draw(container: OutputContainer, stream: VideoStream, kind: Kind) -> None:
    grain = random.Random(1)
    for number in range(kind.frames):
        frame = _quarters(kind, grain)
        if kind.moments:
            frame.pts, frame.time_base = kind.moments[number], Fraction(1, 48)
        else:
            frame.pts, frame.time_base = number, Fraction(1, kind.rate)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _quarters(kind: Kind, grain: random.Random) -> VideoFrame:
    width, height = kind.size
    frame = VideoFrame(width, height, "rgb24")
    plane = frame.planes[0]
    rows = []
    for left, right in (QUARTERS[:2], QUARTERS[2:]):
        row = bytes(left) * (width // 2) + bytes(right) * (width - width // 2)
        rows.append(row.ljust(plane.line_size, b"\0"))
    picture = rows[0] * (height // 2) + rows[1] * (height - height // 2)
    plane.update(_grained(picture, grain) if kind.noisy else picture)
    return frame


def _grained(picture: bytes, grain: random.Random) -> bytes:
    """The same with a little of each byte's lower bits, of which no encoder finds the rule."""
    noise = int.from_bytes(grain.randbytes(len(picture))) & int.from_bytes(b"\x0f" * len(picture))
    return (int.from_bytes(picture) ^ noise).to_bytes(len(picture))


def _hum(container: OutputContainer, stream: AudioStream) -> None:
    wave = struct.pack("<1920h", *(9000 if at // 96 % 2 else -9000 for at in range(1920)))
    for number in range(2 * 48_000 // 960):
        frame = AudioFrame(format="s16", layout="stereo", samples=960)
        frame.planes[0].update(wave[: frame.planes[0].buffer_size])
        frame.sample_rate, frame.pts = 48_000, number * 960
        frame.time_base = Fraction(1, 48_000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


if __name__ == "__main__":
    for name, kind in KINDS.items():
        make(Path(sys.argv[1]) / name, kind)
