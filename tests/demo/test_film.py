"""Films are real: H.264 that plays everywhere, of the size, length and title asked for."""

import asyncio
from pathlib import Path

import av
import pytest
from PIL import Image

from bot.demo.film import Film, FilmFailed, make_film
from tests.demo.wire import picture


def boxes(path: Path) -> list[bytes]:
    """The names of a file's outermost boxes, in order."""
    raw, at, names = path.read_bytes(), 0, []
    while at < len(raw):
        names.append(raw[at + 4 : at + 8])
        at += max(int.from_bytes(raw[at : at + 4], "big"), 8)
    return names


async def test_makes_a_film_that_every_client_plays_in_place(tmp_path: Path) -> None:
    film = Film(prompt="纸船 🎬 a paper boat", seconds=4, area=320 * 180)

    await make_film(film, tmp_path / "film.mp4")

    with av.open(str(tmp_path / "film.mp4")) as container:
        stream = container.streams.video[0]
        frames = sum(1 for _ in container.decode(stream))
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height, frames) == (320, 180, 96)
        assert container.duration
        assert 4 <= container.duration / av.time_base <= 8
    names = boxes(tmp_path / "film.mp4")
    assert names.index(b"moov") < names.index(b"mdat")


async def test_leaves_a_poster_beside_the_film(tmp_path: Path) -> None:
    await make_film(Film(prompt="x", seconds=0.2, area=160 * 90), tmp_path / "film.mp4")

    with Image.open(tmp_path / "film.webp") as poster:
        assert poster.size == (160, 88)


async def test_shows_the_attached_image(tmp_path: Path) -> None:
    film = Film(prompt="x", image=picture(colour="red"), seconds=0.2, area=160 * 90)

    await make_film(film, tmp_path / "film.mp4")

    with Image.open(tmp_path / "film.webp") as poster:
        red, green, blue = poster.convert("RGB").getpixel((80, 10))  # type: ignore[misc]  # an RGB pixel is a tuple
    assert red > 200
    assert max(green, blue) < 40


async def test_goes_from_one_image_to_the_other(tmp_path: Path) -> None:
    ends = {"image": picture(colour="red"), "last_image": picture(colour="blue")}
    film = Film(prompt="x", seconds=1, area=160 * 90, **ends)  # type: ignore[arg-type]  # bytes both

    await make_film(film, tmp_path / "film.mp4")

    with av.open(str(tmp_path / "film.mp4")) as container:
        pictures = [
            frame.to_image()  # type: ignore[no-untyped-call]  # PyAV
            for frame in container.decode(container.streams.video[0])
        ]
    first, last = (shown.getpixel((80, 10)) for shown in (pictures[0], pictures[-1]))
    assert isinstance(first, tuple)
    assert isinstance(last, tuple)
    assert first[0] > 200 > first[2]
    assert last[2] > 200 > last[0]


@pytest.mark.parametrize(
    "image", [b"", b"MZ no picture", picture()[:200]], ids=["empty", "program", "cut"]
)
async def test_says_that_an_image_cannot_be_read(tmp_path: Path, image: bytes) -> None:
    film = Film(prompt="x", image=image, seconds=0.2, area=160 * 90)

    with pytest.raises(FilmFailed, match="the image cannot be read"):
        await make_film(film, tmp_path / "film.mp4")


async def test_ends_a_child_that_takes_too_long(tmp_path: Path) -> None:
    with pytest.raises(FilmFailed, match="too long"):
        await make_film(Film(prompt="x", seconds=60), tmp_path / "film.mp4", timeout=0.05)


async def test_ends_its_child_when_it_is_cancelled(tmp_path: Path) -> None:
    making = asyncio.create_task(make_film(Film(prompt="x", seconds=600), tmp_path / "film.mp4"))
    await _appeared(tmp_path / "film.mp4")

    making.cancel()

    with pytest.raises(asyncio.CancelledError):
        await making
    assert b"moov" not in boxes(tmp_path / "film.mp4")


@pytest.mark.parametrize(
    ("ratio", "size"),
    [
        ("16:9", (960, 540)),
        ("9:16", (540, 960)),
        ("1:1", (720, 720)),
        ("nonsense", (960, 540)),
        ("1:0", (720, 720)),
        ("900:1", (1248, 416)),
    ],
)
def test_sizes_follow_the_ratio(ratio: str, size: tuple[int, int]) -> None:
    assert Film(prompt="x", ratio=ratio).size == size


def test_a_film_survives_the_way_to_its_child() -> None:
    film = Film(prompt="纸船 🎬", image=b"\x00\xff", seconds=5.5, ratio="1:1", area=14400)

    assert Film.from_json(film.to_json()) == film


async def _appeared(path: Path) -> None:
    async with asyncio.timeout(60):
        while not path.exists():  # noqa: ASYNC110, ASYNC240  # another process makes it
            await asyncio.sleep(0.01)
