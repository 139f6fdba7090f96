"""Names the encoders that do not work here: it makes a picture and a moment of sound."""

import io
import sys
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.error import FFmpegError
from av.video.stream import VideoStream


def lacking() -> list[str]:
    """Those of H.264 and AAC that do not work here."""
    missing = []
    for name, works in (("libx264", _video), ("aac", _sound)):
        try:
            works(name)
        except (FFmpegError, ValueError):
            missing.append(name)
    return missing


def _video(name: str) -> None:
    with av.open(io.BytesIO(), "w", format="mp4") as container:
        stream = container.add_stream(name, rate=24)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))


def _sound(name: str) -> None:
    with av.open(io.BytesIO(), "w", format="mp4") as container:
        stream = container.add_stream(name, rate=48_000, layout="stereo")
        assert isinstance(stream, AudioStream)
        frame = av.AudioFrame("fltp", "stereo", 1024)
        for plane in frame.planes:  # what was never written is no silence to every encoder
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts = 48_000, 0
        frame.time_base = Fraction(1, 48_000)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    sys.stdout.write(" ".join(lacking()))
