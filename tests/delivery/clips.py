"""Make small videos of every kind that matters: `python clips.py FOLDER`."""

import sys
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


@dataclass(frozen=True, kw_only=True)
class Kind:
    codec: str | None = "libx264"
    pixels: str = "yuv420p"
    sound: str | None = "aac"
    frames: int = FRAMES
    options: dict[str, str] = field(default_factory=dict)
    format: str | None = None


FASTSTART = {"movflags": "+faststart"}
KINDS = {
    "good.mp4": Kind(options=FASTSTART),
    "silent.mp4": Kind(sound=None, options=FASTSTART),
    "index-last.mp4": Kind(),
    "full-colour.mp4": Kind(pixels="yuv444p", options=FASTSTART),
    "mpeg4.mp4": Kind(codec="mpeg4", options=FASTSTART),
    "mp3.mp4": Kind(sound="mp3", options=FASTSTART),
    "quicktime.mp4": Kind(options=FASTSTART, format="mov"),
    "vp9.webm": Kind(codec="libvpx-vp9", sound="libopus"),
    "audio.mp4": Kind(codec=None, options=FASTSTART),
    "still.mp4": Kind(sound=None, frames=1, options=FASTSTART),
    "old.avi": Kind(codec="mpeg4", sound="mp3"),
    "stream.ts": Kind(),
}


def make(path: Path, kind: Kind) -> None:
    with av.open(str(path), "w", format=kind.format, options=kind.options) as container:
        video = _video(container, kind) if kind.codec else None
        audio = container.add_stream(kind.sound, rate=48_000) if kind.sound else None
        if video:
            _draw(container, video, kind)
        if isinstance(audio, AudioStream):
            _hum(container, audio)


def _video(container: OutputContainer, kind: Kind) -> VideoStream:
    stream = container.add_stream(kind.codec or "", rate=RATE)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, kind.pixels
    return stream


def _draw(container: OutputContainer, stream: VideoStream, kind: Kind) -> None:
    for number in range(kind.frames):
        frame = VideoFrame(WIDTH, HEIGHT, "rgb24")
        frame.planes[0].update(bytes([number * 9 % 256]) * frame.planes[0].buffer_size)
        frame.pts, frame.time_base = number, Fraction(1, RATE)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _hum(container: OutputContainer, stream: AudioStream) -> None:
    for number in range(2 * 48_000 // 960):
        frame = AudioFrame(format="s16", layout="stereo", samples=960)
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        frame.sample_rate, frame.pts = 48_000, number * 960
        frame.time_base = Fraction(1, 48_000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


if __name__ == "__main__":
    for name, kind in KINDS.items():
        make(Path(sys.argv[1]) / name, kind)
