"""Makes a video that no codec makes small: `python reel.py FILE WIDTH HEIGHT FRAMES [BETWEEN]`.

Eight frames a second of noise, a tone beside it, and a keyframe every `BETWEEN` frames.
"""

import sys
from fractions import Fraction
from pathlib import Path
from random import Random

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

RATE, SOUND = 8, 48_000
CODECS = {".mp4": ("libx264", "aac"), ".webm": ("libvpx", "libopus"), ".mov": ("mpeg4", None)}


def make(path: Path, width: int, height: int, frames: int, between: int = 4) -> None:
    codec, sound = CODECS[path.suffix]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.gop_size = between
        stream.options = {"preset": "ultrafast", "qp": "12"} if codec == "libx264" else {}
        audio = container.add_stream(sound, rate=SOUND) if sound else None
        random = Random(7)
        for number in range(frames):
            container.mux(stream.encode(_frame(number, width, height, random)))
            if isinstance(audio, AudioStream):
                _hum(container, audio, number)
        container.mux(stream.encode(None))
        if isinstance(audio, AudioStream):
            container.mux(audio.encode(None))


def _frame(number: int, width: int, height: int, random: Random) -> VideoFrame:
    frame = VideoFrame(width, height, "yuv420p")
    for plane in frame.planes:
        plane.update(random.randbytes(plane.buffer_size))
    frame.pts, frame.time_base = number, Fraction(1, RATE)
    return frame


def _hum(container: OutputContainer, stream: AudioStream, number: int) -> None:
    """The sound of one frame."""
    samples = SOUND // RATE
    for at in range(number * samples, (number + 1) * samples, 960):
        sound = AudioFrame(format="s16", layout="stereo", samples=960)
        sound.planes[0].update(bytes(sound.planes[0].buffer_size))
        sound.sample_rate, sound.pts, sound.time_base = SOUND, at, Fraction(1, SOUND)
        container.mux(stream.encode(sound))


if __name__ == "__main__":
    make(Path(sys.argv[1]), *map(int, sys.argv[2:]))
