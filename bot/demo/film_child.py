"""The child that encodes one film: `python -m bot.demo.film_child OUT.mp4`, film on stdin."""

import sys
from collections.abc import Iterator
from pathlib import Path

import av
from PIL import Image

from bot.demo.film import FPS, Film
from bot.demo.photo import Passage, Photo
from bot.demo.scenery import Scenery
from bot.demo.title import Title

_ENCODER = {"preset": "veryfast", "crf": "22", "profile": "high", "tune": "film"}


def pictures(film: Film) -> Iterator[Image.Image]:
    """Every frame of `film`, in order.

    Raises:
        SystemExit: the film's image cannot be read; the message says why.
    """
    scene = Scenery(film.scene or film.prompt, film.size) if film.image is None else _photo(film)
    title = Title(film.prompt, film.size)
    for number in range(film.frames):
        moment = number / (film.frames - 1)
        frame = scene.frame(moment, moment * film.seconds)
        title.draw_on(frame, moment)
        yield frame


def record(film: Film, path: Path) -> None:
    """Encode `film` to `path`, playable from its first bytes on."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=FPS, options=_ENCODER)
        stream.width, stream.height = film.size
        stream.pix_fmt = "yuv420p"
        for number, picture in enumerate(pictures(film)):
            if number == 0:
                picture.save(path.with_suffix(".webp"), quality=80)
            container.mux(stream.encode(_frame(picture)))
        container.mux(stream.encode())


def _photo(film: Film) -> Photo | Passage:
    try:
        first = Photo(film.image or b"", film.size)
        return Passage(first, Photo(film.last_image, film.size)) if film.last_image else first
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as broken:
        raise SystemExit(f"the image cannot be read: {type(broken).__name__}") from broken


def _frame(picture: Image.Image) -> av.VideoFrame:
    frame: av.VideoFrame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]  # PyAV
    return frame


if __name__ == "__main__":
    record(Film.from_json(sys.stdin.buffer.read()), Path(sys.argv[1]))
