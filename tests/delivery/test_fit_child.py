"""What the child does with packets, one by one."""

from fractions import Fraction
from pathlib import Path

import av

from bot.delivery.fit_child import Order, Picture

SMALL = {"width": 64, "height": 48, "rate": 0, "bits": 1e6, "buffer": 1e6}


def test_nothing_is_decoded_beyond_the_end_although_other_streams_are_read_on(
    clips: Path, tmp_path: Path
) -> None:
    order = Order(picture=SMALL, sound=None, seconds=2)
    with av.open(str(clips / "long.mp4")) as given, av.open(str(tmp_path / "a.mp4"), "w") as made:
        stream = given.streams.video[0]
        picture = Picture(stream, made, order, Fraction(0))

        for packet in given.demux(stream):
            made.mux(list(picture.take(packet)))

        made.mux(list(picture.rest()))
        assert picture.over
        stream.codec_context.decode(None)  # which fails once it has seen the end of the file
