"""Pictures of phones and pictures that move, in the real child process."""

import struct
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image
from PIL.ExifTags import Base
from PIL.PngImagePlugin import PngInfo

from bot.domain.requests import has_moved, input_name
from bot.intake import take_in
from bot.intake.child import MAX_PIXELS
from tests.intake.test_take_in import (
    BLUE,
    RED,
    near,
    offered,
    rejection,
    saved,
    taken,
    two_halves,
)

pytestmark = pytest.mark.unmeasured

pillow_heif.register_heif_opener()

SIZE = (96, 64)
PHONES = ("HEIF", "AVIF")
FAST = {"preset": "ultrafast"}


def photo(kind: str = "HEIF", **options: object) -> bytes:
    """Red to the left, blue to the right."""
    return saved(two_halves(SIZE), kind, quality=90, **options)


def film(kind: str, first: Image.Image, **options: object) -> bytes:
    """Two frames, the later one upside down."""
    later = first.rotate(180)
    return saved(first, kind, save_all=True, append_images=[later], duration=100, **options)


def said_to_measure(content: bytes, width: int, height: int) -> bytes:
    """The same file with another size in its header, where the pixels are not looked at."""
    at = content.index(b"ispe") + 8
    return content[:at] + struct.pack(">II", width, height) + content[at + 8 :]


@pytest.mark.parametrize("kind", ["GIF", *PHONES])
async def test_takes_what_phones_and_chats_make(tmp_path: Path, kind: str) -> None:
    stored, image, _ = await taken(photo(kind), tmp_path)

    assert (image.format, image.size, stored.moved) == ("JPEG", SIZE, False)
    assert near(image.getpixel((10, 30)), RED)
    assert near(image.getpixel((80, 30)), BLUE)


@pytest.mark.parametrize("brand", [b"heic", b"mif1"])
async def test_a_phone_may_call_it_by_its_family(tmp_path: Path, brand: bytes) -> None:
    content = photo()

    _, image, _ = await taken(content[:8] + brand + content[12:], tmp_path)

    assert near(image.getpixel((10, 30)), RED)


@pytest.mark.parametrize("kind", PHONES)
@pytest.mark.parametrize(
    ("orientation", "red_at", "size"),
    [(1, (10, 30), SIZE), (3, (80, 30), SIZE), (6, (30, 10), (64, 96)), (8, (30, 80), (64, 96))],
)
async def test_is_turned_upright_once(
    tmp_path: Path, kind: str, orientation: int, red_at: tuple[int, int], size: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = orientation

    _, image, _ = await taken(photo(kind, exif=exif.tobytes()), tmp_path)

    assert image.size == size
    assert near(image.getpixel(red_at), RED)
    assert not image.getexif()


async def test_what_a_heic_says_of_its_orientation_beside_its_own_turn_is_not_added(
    tmp_path: Path,
) -> None:
    """Its box turns it; the same words in the EXIF, which cameras copy, are about other files."""
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    content = photo(exif=exif.tobytes())
    unturned = content.replace(b"irot", b"free")
    assert unturned != content

    _, image, _ = await taken(unturned, tmp_path)

    assert image.size == SIZE


@pytest.mark.parametrize("kind", PHONES)
async def test_leaves_out_who_took_it_and_where(tmp_path: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[Base.Make] = "Canary"
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>canary</x:xmpmeta>"
    content = photo(kind, exif=exif.tobytes(), xmp=xmp)
    assert b"canary" in content

    _, image, file = await taken(content, tmp_path)

    assert b"canary" not in file.lower()
    assert not image.getexif()


@pytest.mark.parametrize("kind", ["GIF", *PHONES])
async def test_keeps_what_shows_through_in_it(tmp_path: Path, kind: str) -> None:
    picture = two_halves(SIZE).convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 32, 32))

    _, image, _ = await taken(saved(picture, kind), tmp_path)

    assert image.mode == "RGBA"
    clear, solid = image.getpixel((8, 8)), image.getpixel((90, 60))
    assert isinstance(clear, tuple)
    assert isinstance(solid, tuple)
    assert (clear[3], solid[3]) == (0, 255)


async def test_ten_bits_do_not_turn_white(tmp_path: Path) -> None:
    grey = struct.pack("<H", 1 << 15) * (3 * 64 * 64)
    made = pillow_heif.from_bytes(mode="RGB;16", size=(64, 64), data=grey)
    made.save(tmp_path / "grey.heic", quality=90)

    _, image, _ = await taken((tmp_path / "grey.heic").read_bytes(), tmp_path)

    assert near(image.getpixel((30, 30)), (128, 128, 128))


async def test_a_picture_in_tiles_is_put_together(tmp_path: Path) -> None:
    content = saved(two_halves((160, 160)), "HEIF", quality=90, tile_size=64)
    assert b"grid" in content

    _, image, _ = await taken(content, tmp_path)

    assert image.size == (160, 160)
    assert near(image.getpixel((10, 150)), RED)
    assert near(image.getpixel((150, 150)), BLUE)


async def test_of_several_pictures_in_a_file_its_own_choice_is_used_and_nothing_moves(
    tmp_path: Path,
) -> None:
    other = Image.new("RGB", SIZE, "white")
    content = saved(
        other, "HEIF", save_all=True, append_images=[two_halves(SIZE), other], primary_index=1
    )

    stored, image, _ = await taken(content, tmp_path)

    assert near(image.getpixel((10, 30)), RED)
    assert not stored.moved


async def test_a_small_copy_beside_it_is_not_taken_for_it(tmp_path: Path) -> None:
    content = saved(two_halves((3000, 64)), "HEIF", thumbnails=[2400], enc_params=FAST)
    assert b"thmb" in content

    _, image, _ = await taken(content, tmp_path)

    assert image.size == (2048, 44)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "AVIF"])
async def test_of_what_moves_the_first_frame_is_used(tmp_path: Path, kind: str) -> None:
    stored, image, _ = await taken(film(kind, two_halves(SIZE)), tmp_path)

    assert stored.moved
    assert has_moved(stored.name)
    assert image.size == SIZE
    assert near(image.getpixel((10, 30)), RED)
    assert getattr(image, "n_frames", 1) == 1


async def test_a_frame_and_a_still_of_the_same_pixels_are_two_files(tmp_path: Path) -> None:
    still = await take_in(offered(saved(two_halves(SIZE))), tmp_path)
    frame = await take_in(offered(film("PNG", two_halves(SIZE))), tmp_path)

    assert frame.name == input_name(still.name.partition(".")[0], ".jpg", moved=True)
    assert not still.moved


async def test_of_a_picture_with_a_film_behind_it_what_chats_show_is_used(tmp_path: Path) -> None:
    content = film("PNG", two_halves(SIZE), default_image=True, pnginfo=PngInfo())

    stored, image, _ = await taken(content, tmp_path)

    assert stored.moved
    assert near(image.getpixel((10, 30)), RED)


async def test_a_photo_of_48_megapixels_is_taken(tmp_path: Path) -> None:
    photo = Image.new("RGB", (8064, 6048), "navy")

    _, image, _ = await taken(saved(photo, "HEIF", tile_size=2048, enc_params=FAST), tmp_path)

    assert image.size == (2048, 1536)


async def test_the_dearest_picture_that_is_taken_can_be_read_within_the_limits(
    tmp_path: Path,
) -> None:
    """WebP with alpha: its decoder holds the picture three times beside what it hands over."""
    largest = Image.new("RGBA", (8000, MAX_PIXELS // 8000), (0, 0, 99, 99))

    _, image, _ = await taken(saved(largest, "WEBP", lossless=True, method=0), tmp_path)

    assert (image.mode, image.size) == ("RGBA", (2048, 1600))


@pytest.mark.parametrize("kind", PHONES)
async def test_a_hundred_megapixels_are_refused_by_the_header_of_a_photo(
    tmp_path: Path, kind: str
) -> None:
    bomb = said_to_measure(photo(kind), 10_000, 10_000)

    assert await rejection(offered(bomb), tmp_path) == ("image-pixels", {"megapixels": 100})


async def test_a_gif_of_four_gigapixels_is_refused_by_its_header(tmp_path: Path) -> None:
    gif = photo("GIF")
    bomb = gif[:6] + b"\xff\xff\xff\xff" + gif[10:]

    assert await rejection(offered(bomb), tmp_path) == ("image-pixels", {"megapixels": 4295})


async def test_a_photo_that_is_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    lying = said_to_measure(saved(two_halves((512, 512)), "HEIF"), 16, 16)

    assert await rejection(offered(lying), tmp_path) == ("image-unreadable", {})


async def test_an_avif_that_is_larger_than_it_says_is_made_as_small_as_that(tmp_path: Path) -> None:
    lying = said_to_measure(saved(two_halves((512, 512)), "AVIF"), 16, 16)

    _, image, _ = await taken(lying, tmp_path)

    assert image.size == (16, 16)


@pytest.mark.parametrize("kind", ["GIF", *PHONES])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
async def test_a_photo_that_breaks_off_is_refused(tmp_path: Path, kind: str, share: float) -> None:
    content = saved(Image.effect_noise((128, 128), 90).convert("RGB"), kind)

    cut = content[: round(share * len(content))]

    assert await rejection(offered(cut), tmp_path) == ("image-unreadable", {})


@pytest.mark.parametrize("brand", [b"isom", b"qt  ", b"mp42", b"avc1"])
async def test_a_video_that_is_called_a_photo_is_refused(tmp_path: Path, brand: bytes) -> None:
    video = struct.pack(">I", 24) + b"ftyp" + brand + bytes(400)

    assert await rejection(offered(video), tmp_path) == ("image-type", {"type": ""})
