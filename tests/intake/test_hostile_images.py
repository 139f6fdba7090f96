"""Images that mean no good: bombs, liars, two files in one, and files that break off anywhere."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.errors import ImageRejected
from bot.intake import take_in
from bot.intake.child import Refused, remade
from tests.intake.test_take_in import chunk, offered, saved, two_halves

CANARY = b"<script>canary</script>"
MIB = 1 << 20
ENDS = (b"IEND\xaeB`\x82", b"\xff\xd9")
"""Of a PNG and of a JPEG."""
PNG = b"\x89PNG\r\n\x1a\n"


def png(*extra: bytes, size: tuple[int, int] = (8, 8), rows: int = 8) -> bytes:
    """A grey picture with more chunks than it needs, and as many rows as one likes."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
    packed = chunk(b"IDAT", zlib.compress(bytes(rows * (1 + size[0]))))
    return PNG + header + b"".join(extra) + packed + chunk(b"IEND", b"")


def packed(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


def webp(canvas: tuple[int, int], *chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP with a canvas as its header says, whatever the picture inside has."""
    lossless = saved(two_halves((8, 8)), "WEBP", lossless=True)[12:]
    size = b"".join(struct.pack("<I", side - 1)[:3] for side in canvas)
    parts = struct.pack("<4sI", b"VP8X", 10) + bytes(4) + size + lossless
    for name, content in chunks:
        parts += struct.pack("<4sI", name, len(content)) + content + bytes(len(content) % 2)
    return struct.pack("<4sI", b"RIFF", len(parts) + 4) + b"WEBP" + parts


def vp8l(width: int, height: int) -> bytes:
    """A lossless WebP of nothing but a header."""
    bits = (width - 1) | (height - 1) << 14
    head = b"\x2f" + struct.pack("<I", bits) + bytes(20)
    parts = struct.pack("<4sI", b"VP8L", len(head)) + head + bytes(len(head) % 2)
    return struct.pack("<4sI", b"RIFF", len(parts) + 4) + b"WEBP" + parts


PACKED = zlib.compress(bytes(64 * MIB), 1)
"""Of what is a thousand times larger."""
BOMBS = {
    "a header of 4 gigapixels": png(size=(65_535, 65_535), rows=1),
    "a WebP of 268 megapixels": vp8l(16_383, 16_383),
    "a canvas of 268 megapixels": webp((16_384, 16_384)),
    "a packed text": png(chunk(b"zTXt", b"a\0\0" + PACKED)),
    "an international one": png(chunk(b"iTXt", b"a\0\1\0\0\0" + PACKED)),
    "a packed profile": png(chunk(b"iCCP", b"a\0\0" + PACKED)),
    "forty packed texts": png(*[chunk(b"zTXt", b"a\0\0" + PACKED)] * 40),
    "more rows than it has": png(size=(2_000, 2), rows=20_000),
}


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
async def test_of_a_bomb_nothing_or_a_small_picture_is_left(content: bytes, tmp_path: Path) -> None:
    try:
        await take_in(offered(content), tmp_path)
        code = ""
    except ImageRejected as refused:
        code = refused.code

    assert code in ("", "image-pixels", "image-unreadable")  # and not: out of time
    assert [size for size in sizes(tmp_path) if size > MIB or code] == []


def sizes(folder: Path) -> list[int]:
    return [path.stat().st_size for path in folder.iterdir()]


def test_two_hundred_thousand_pieces_are_read_in_time() -> None:
    """Each is small; what counts is that their number costs no more than their bytes."""
    facts, content = remade(png(*[chunk(b"tEXt", b"a\0b")] * 200_000))

    assert (facts["width"], facts["height"]) == (8, 8)
    assert len(content) < 10_000


POLYGLOTS = {
    "a PNG before a page": saved(two_halves()) + CANARY,
    "a PNG with a text": png(chunk(b"tEXt", b"Comment\0" + CANARY)),
    "a PNG with a piece of its own": png(chunk(b"caNa", CANARY)),
    "a PNG with EXIF": png(chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\0" + CANARY)),
    "a JPEG with a comment": saved(two_halves(), "JPEG", comment=CANARY),
    "a JPEG before an archive": saved(two_halves(), "JPEG") + b"PK\x03\x04" + CANARY,
    "a JPEG with an application's piece": saved(two_halves(), "JPEG").replace(
        b"\xff\xd8", b"\xff\xd8\xff\xed" + struct.pack(">H", len(CANARY) + 2) + CANARY, 1
    ),
    "a WebP with EXIF and XMP": webp((8, 8), (b"EXIF", CANARY), (b"XMP ", CANARY)),
    "a WebP with a piece of its own": webp((8, 8), (b"HTML", CANARY)),
}


@pytest.mark.parametrize("content", POLYGLOTS.values(), ids=POLYGLOTS)
def test_of_two_files_in_one_only_the_pixels_leave(content: bytes) -> None:
    assert b"canary" in content

    facts, left = remade(content)

    assert b"canary" not in left
    with Image.open(BytesIO(left)) as again:
        assert again.size == (facts["width"], facts["height"])
        assert saved(again.copy(), again.format or "", quality=92)  # it is whole
        assert again.format == {".png": "PNG", ".jpg": "JPEG"}[str(facts["suffix"])]
    assert left.endswith(ENDS)  # with nothing behind it


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"GIF89a/*", "image-unreadable"),  # a GIF as far as that, and a script
        (b"<!DOCTYPE html><!--", "image-type"),
        (b"#!/bin/sh\n", "image-type"),
        (b"%PDF-1.7\n", "image-type"),
    ],
)
async def test_a_file_that_is_an_image_only_further_on_is_none(
    head: bytes, code: str, tmp_path: Path
) -> None:
    with pytest.raises(ImageRejected, match=code):
        await take_in(offered(head + saved(two_halves())), tmp_path)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_one_that_breaks_off_anywhere_is_refused_or_remade(kind: str) -> None:
    whole = saved(Image.effect_noise((40, 40), 90), kind)
    cut = [whole[:end] for end in range(0, len(whole), max(len(whole) // 150, 10))]

    made = [left for content in cut if (left := remade_if_possible(content))]

    assert [left for left in made if not left.endswith(ENDS)] == []
    assert len(made) < 10  # hardly anything but the picture's last bytes may be missing


def remade_if_possible(content: bytes) -> bytes:
    """Empty when it is refused; whatever Pillow raises ends the child, and the image with it."""
    try:
        return remade(content)[1]
    except Exception as error:
        if isinstance(error, Refused | MemoryError):
            raise
        return b""


@pytest.mark.parametrize("size", [(500, 500), (8, 500), (500, 8)])
def test_what_an_image_promises_and_has_not_is_black(size: tuple[int, int]) -> None:
    """And nothing that was in memory before."""
    _, left = remade(png(size=size, rows=1))

    with Image.open(BytesIO(left)) as image:
        assert image.size == size
        assert image.convert("L").getextrema() == (0, 0)
