"""What is made of an image's bytes, in the real child process."""

import asyncio
import hashlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from bot.children import ChildLimits
from bot.domain.errors import ImageRejected
from bot.domain.requests import ImageOffer
from bot.intake import StoredImage, take_in
from bot.intake.child import MAX_BYTES, Refused, remade

RED, BLUE = (254, 0, 0), (0, 0, 254)


def offered(content: bytes, *, size: int | None = None) -> ImageOffer:
    async def read() -> bytes:
        return content

    return ImageOffer(
        filename="cat.png",
        size=len(content) if size is None else size,
        content_type="image/png",
        read=read,
    )


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def giant_png(width: int, height: int) -> bytes:
    """All the pixels that its header promises, in few bytes."""
    pack = zlib.compressobj(9)
    row = bytes(1 + width)
    packed = b"".join(pack.compress(row) for _ in range(height)) + pack.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def two_halves(size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Red to the left, blue to the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image


def near(pixel: object, colour: tuple[int, ...]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(seen - meant) < 12 for seen, meant in zip(pixel, colour, strict=True))


def left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def rejection(offer: ImageOffer, folder: Path) -> tuple[str, dict[str, object]]:
    with pytest.raises(ImageRejected) as caught:
        await take_in(offer, folder, read_seconds=0.2)
    return caught.value.code, dict(caught.value.params)


async def taken(content: bytes, folder: Path) -> tuple[StoredImage, Image.Image, bytes]:
    stored = await take_in(offered(content), folder)
    file = (folder / stored.name).read_bytes()
    image = Image.open(BytesIO(file))
    image.load()
    assert (stored.width, stored.height) == image.size
    assert stored.mime == Image.MIME[image.format or ""]
    return stored, image, file


async def test_stores_under_the_name_of_its_content(tmp_path: Path) -> None:
    folder = tmp_path / "inputs"

    stored, _, file = await taken(saved(two_halves()), folder)

    assert stored.name == hashlib.sha256(file).hexdigest()[:32] + ".jpg"
    assert stat.S_IMODE((folder / stored.name).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert left_in(folder) == [stored.name]


async def test_the_same_image_twice_is_one_file(tmp_path: Path) -> None:
    first = await take_in(offered(saved(two_halves())), tmp_path)
    second = await take_in(offered(saved(two_halves())), tmp_path)

    assert first == second
    assert left_in(tmp_path) == [first.name]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_takes_every_allowed_kind_whatever_it_is_called(tmp_path: Path, kind: str) -> None:
    _, image, _ = await taken(saved(two_halves(), kind), tmp_path)

    assert (image.format, image.size) == ("JPEG", (40, 20))
    assert near(image.getpixel((5, 10)), RED)
    assert near(image.getpixel((35, 10)), BLUE)


async def test_leaves_out_where_it_was_taken_and_turns_it_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    exif[Base.Make] = "Canary"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (48.0, 51.0, 30.0)
    photo = saved(two_halves(), "JPEG", exif=exif, quality=95, comment=b"canary")
    assert b"Canary" in photo

    _, image, file = await taken(photo, tmp_path)

    assert image.size == (20, 40)
    assert near(image.getpixel((10, 5)), RED)
    assert near(image.getpixel((10, 35)), BLUE)
    assert not image.getexif()
    assert b"canary" not in file.lower()


async def test_leaves_out_texts_and_profiles(tmp_path: Path) -> None:
    texts = PngInfo()
    texts.add_text("parameters", "canary")
    texts.add_itxt("XML:com.adobe.xmp", "<x:canary/>", zip=True)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    clear = Image.new("RGBA", (4, 4), (1, 2, 3, 100))
    for picture in (clear, two_halves()):
        content = saved(picture, pnginfo=texts, icc_profile=profile)
        _, image, file = await taken(content, tmp_path)

        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert b"canary" not in file


async def test_keeps_what_shows_through(tmp_path: Path) -> None:
    picture = two_halves().convert("RGBA")
    picture.putpixel((0, 0), (0, 0, 0, 0))

    _, image, _ = await taken(saved(picture), tmp_path)

    assert (image.format, image.mode) == ("PNG", "RGBA")
    assert image.getpixel((0, 0)) == (0, 0, 0, 0)
    assert image.getpixel((39, 0)) == (*BLUE, 255)


async def test_alpha_that_hides_nothing_is_dropped(tmp_path: Path) -> None:
    _, image, _ = await taken(saved(two_halves().convert("RGBA")), tmp_path)

    assert image.format == "JPEG"


async def test_keeps_the_clear_colours_of_a_palette(tmp_path: Path) -> None:
    picture = two_halves().quantize(4)
    clear = picture.getpixel((0, 0))
    assert isinstance(clear, int)
    for transparency in (clear, bytes(0 if n == clear else 200 for n in range(4))):
        _, image, _ = await taken(saved(picture, transparency=transparency), tmp_path)

        assert image.mode == "RGBA"
        pixel = image.getpixel((0, 0))
        assert isinstance(pixel, tuple)
        assert pixel[3] == 0


async def test_reads_the_colours_of_print(tmp_path: Path) -> None:
    _, image, _ = await taken(saved(two_halves().convert("CMYK"), "JPEG", quality=95), tmp_path)

    assert image.mode == "RGB"
    assert near(image.getpixel((5, 10)), RED)


async def test_sixteen_bits_of_grey_do_not_turn_white(tmp_path: Path) -> None:
    _, image, _ = await taken(saved(Image.new("I;16", (8, 8), 1 << 15)), tmp_path)

    assert near(image.getpixel((4, 4)), (128, 128, 128))


@pytest.mark.parametrize(
    ("size", "expected"),
    [((6000, 1500), (2048, 512)), ((100, 4096), (50, 2048)), ((2048, 2048), (2048, 2048))],
)
async def test_large_ones_become_smaller(
    tmp_path: Path, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    for kind in ("PNG", "JPEG"):
        _, image, _ = await taken(saved(two_halves(size), kind), tmp_path)
        assert image.size == expected


async def test_takes_a_line_of_single_pixels(tmp_path: Path) -> None:
    _, image, _ = await taken(saved(two_halves((40, 1))), tmp_path)

    assert image.size == (40, 1)


async def test_what_hides_behind_the_image_is_gone(tmp_path: Path) -> None:
    both = BytesIO(saved(two_halves()))
    with zipfile.ZipFile(both, "a") as archive:
        archive.writestr("canary.html", "<script>canary</script>")
    assert zipfile.is_zipfile(both)

    _, _, file = await taken(both.getvalue(), tmp_path)

    assert not zipfile.is_zipfile(BytesIO(file))
    assert b"canary" not in file


async def test_the_second_exposure_of_a_phone_is_no_animation(tmp_path: Path) -> None:
    photo = saved(two_halves(), "MPO", save_all=True, append_images=[two_halves()])

    _, image, _ = await taken(photo, tmp_path)

    assert near(image.getpixel((5, 10)), RED)


@pytest.mark.parametrize(
    ("content", "params"),
    [
        (saved(two_halves(), "BMP"), {"type": "BMP"}),
        (saved(two_halves(), "TIFF"), {"type": "TIFF"}),
        (b"%PDF-1.7 ...", {"type": "PDF"}),
        (b"MZ\x90\x00" + bytes(4000), {"type": ""}),
        (b"\x7fELF" + bytes(4000), {"type": ""}),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", {"type": ""}),
    ],
    ids=["bmp", "tiff", "pdf", "exe", "elf", "svg"],
)
async def test_other_kinds_are_refused_whatever_they_are_called(
    tmp_path: Path, content: bytes, params: dict[str, object]
) -> None:
    assert await rejection(offered(content), tmp_path) == ("image-type", params)


async def test_five_hundred_megapixels_are_refused_by_the_header(tmp_path: Path) -> None:
    bomb = giant_png(25_000, 20_000)
    assert len(bomb) < 1_000_000

    assert await rejection(offered(bomb), tmp_path) == ("image-pixels", {"megapixels": 500})


@pytest.mark.parametrize(
    "content",
    [
        saved(Image.effect_noise((200, 200), 90), "JPEG")[:-2000],
        saved(Image.effect_noise((200, 200), 90))[:-20_000],
        saved(Image.effect_noise((200, 200), 90), "WEBP")[:-2000],
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"\xff\xd8\xff\xe0" + bytes(100),
        b"RIFF\x10\0\0\0WEBPVP8 " + bytes(8),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 0, 0, 8, 2, 0, 0, 0)),
        giant_png(100, 100).replace(b"IDAT", b"IDAX"),
    ],
    ids=["jpeg", "png", "webp", "no png", "no jpeg", "no webp", "no pixels", "no content"],
)
async def test_broken_ones_are_refused(tmp_path: Path, content: bytes) -> None:
    assert await rejection(offered(content), tmp_path) == ("image-unreadable", {})
    assert left_in(tmp_path) == []


async def test_an_empty_one_is_refused(tmp_path: Path) -> None:
    assert await rejection(offered(b"", size=10), tmp_path) == ("image-empty", {})


async def test_more_bytes_than_offered_are_refused(tmp_path: Path) -> None:
    offer = offered(saved(two_halves()), size=10)

    assert await rejection(offer, tmp_path) == ("image-mismatch", {})


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (ChildLimits(seconds=0.01, memory=1 << 30, output=1 << 20), "image-timeout"),
        (ChildLimits(seconds=20, memory=1 << 30, output=100), "image-unreadable"),
    ],
    ids=["time", "output"],
)
async def test_one_that_takes_too_much_is_given_up(
    tmp_path: Path, limits: ChildLimits, code: str
) -> None:
    with pytest.raises(ImageRejected, match=code):
        await take_in(offered(saved(two_halves())), tmp_path, limits=limits)

    assert left_in(tmp_path) == []


async def _gone() -> bytes:
    raise RuntimeError("404")


async def _silent() -> bytes:
    await asyncio.Event().wait()
    return b""


@pytest.mark.parametrize("read", [_gone, _silent])
async def test_one_that_discord_does_not_hand_over_is_refused(
    tmp_path: Path, read: Callable[[], "asyncio.Future[bytes]"]
) -> None:
    offer = ImageOffer(filename="a.png", size=10, content_type=None, read=read)

    assert await rejection(offer, tmp_path) == ("image-fetch", {})


def test_the_childs_own_words() -> None:
    facts, content = remade(saved(two_halves()))

    assert (facts["width"], facts["suffix"], content[:3]) == (40, ".jpg", b"\xff\xd8\xff")
    with pytest.raises(Refused, match="image-pixels"):
        remade(giant_png(10_000, 5_001))


def noise(mode: str, side: int) -> bytes:
    """What no format makes small."""
    pixels = Random(7).randbytes(side * side * len(mode))
    return saved(Image.frombytes(mode, (side, side), pixels), compress_level=0)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
async def test_stores_no_more_than_a_card_can_carry(tmp_path: Path, mode: str) -> None:
    _, image, file = await taken(noise(mode, 2048), tmp_path)

    assert len(file) <= MAX_BYTES
    assert (image.format, image.size) == ("JPEG", (2048, 2048))


def test_puts_what_shows_through_on_white_when_it_is_too_large() -> None:
    picture = Image.open(BytesIO(noise("RGBA", 256)))
    picture.paste((0, 0, 0, 0), (0, 0, 128, 256))

    _, content = remade(saved(picture), max_bytes=100_000)

    image = Image.open(BytesIO(content))
    assert image.format == "JPEG"
    assert image.size == (256, 256)
    assert image.getpixel((32, 32)) == (255, 255, 255)


def test_makes_smaller_what_no_quality_makes_small() -> None:
    facts, content = remade(noise("RGB", 256), max_bytes=8_000)

    assert len(content) <= 8_000
    assert Image.open(BytesIO(content)).size == (facts["width"], facts["height"])
    assert facts["width"] == facts["height"]
    assert 64 < int(str(facts["width"])) < 256
