"""Videos of any size that cost next to nothing to make: few pictures, and filler between them."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import av

_SECONDS, _RATE = 8, 25
_WIDTH, _HEIGHT = 640, 360


@lru_cache
def film(size: int) -> bytes:
    """An MP4 of H.264 of about `size` bytes, of which nothing needs to be made anew."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        _record(path, kilobits=size * 8 // 1000 // _SECONDS)
        return path.read_bytes()


def _record(path: Path, kilobits: int) -> None:
    # x264 fills a constant rate up with NAL units that say nothing, as broadcasters want it.
    rate = f"bitrate={kilobits}:vbv-maxrate={kilobits}:vbv-bufsize={kilobits}"
    options = {"preset": "ultrafast", "x264-params": f"nal-hrd=cbr:filler=1:{rate}"}
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=_RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        for number in range(_SECONDS * _RATE):
            container.mux(stream.encode(_picture(number)))
        container.mux(stream.encode())


def _picture(number: int) -> av.VideoFrame:
    picture = av.VideoFrame(_WIDTH, _HEIGHT, "yuv420p")
    for plane in picture.planes:
        plane.update(bytes([number % 256]) * plane.buffer_size)
    return picture
