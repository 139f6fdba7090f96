"""Inside the child: an image on standard input, our own encoding of it on standard output.

The answer is one line of JSON, `{"refused": code, …}` or `{"width", "height", "suffix", "moves"}`,
and then the file. It ends with another code than 0 when the image cannot be read. Pillow and
libheif meet strangers' bytes here alone, and nothing of the bot is imported.
"""

import json
import sys
import warnings
from collections.abc import Iterator
from io import BytesIO

from PIL import AvifImagePlugin, Image, ImageOps
from pillow_heif import register_heif_opener

MAX_PIXELS = 50_000_000
"""Phones make photos of 48 megapixels."""
MAX_SIDE = 2048
MAX_BYTES = 4 << 20
"""A card's upload and a relay's request carry it whole; Discord takes 10 MiB with all the rest."""
QUALITIES = (92, 85, 75)
SHRINK = 0.75
"""Of each side, when no quality is small enough."""
SIZES = 12
"""That are tried; the last has a thousandth of the pixels."""
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "HEIF")
"""AVIF before HEIF: both may begin alike, and only the former looks at all that the file says."""
_MOVING = frozenset({"PNG", "WEBP", "GIF", "AVIF"})
"""Where several frames are a film. A JPEG or HEIF of a phone has a second exposure or a depth map
beside the picture, and nothing moves."""


class Refused(Exception):
    """The image is whole, but not of a kind that is taken: a code and what it needs."""

    def __init__(self, code: str, **params: int) -> None:
        super().__init__(code)
        self.answer = {"refused": code, **params}


def main() -> None:
    """Answer for what is on standard input."""
    warnings.simplefilter("error")
    try:
        facts, content = remade(sys.stdin.buffer.read())
    except Refused as refused:
        facts, content = refused.answer, b""
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + content)


def remade(given: bytes, *, max_bytes: int = MAX_BYTES) -> tuple[dict[str, object], bytes]:
    """The image as we would have saved it, in at most `max_bytes`, and its facts.

    Of what moves it is the first frame, of several pictures the one that the file calls its own.

    Raises:
        Refused: `image-pixels` (megapixels).
    """
    _set_up()
    picture, moves = _decoded(given)
    facts, content = _encoded(_upright(picture), max_bytes)
    return {**facts, "moves": moves}, content


def _set_up() -> None:
    Image.MAX_IMAGE_PIXELS = None  # it only warns where we refuse
    # Each further thread takes address space, of which there is little; the machine may have many.
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    # The picture alone is wanted; a small copy beside it may show anything.
    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


def _decoded(given: bytes) -> tuple[Image.Image, bool]:
    """The picture, and whether it moves; the decoder's own copies are gone with the file."""
    with Image.open(BytesIO(given), formats=_FORMATS) as image:
        _check(image)
        moves = image.format in _MOVING and bool(getattr(image, "is_animated", False))
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # JPEG: decode small what becomes small
        return _plain(image), moves


def _check(image: Image.Image) -> None:
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        raise Refused("image-pixels", megapixels=round(pixels / 1_000_000))


def _upright(picture: Image.Image) -> Image.Image:
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    ImageOps.exif_transpose(picture, in_place=True)
    return picture


def _plain(image: Image.Image) -> Image.Image:
    """Red, green and blue, with alpha only where something shows through."""
    if image.mode.startswith("I"):  # 16 bits of grey, which `convert` would clip to white
        return image.point(lambda grey: grey / 256, "L").convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    opaque = seen.getchannel("A").getextrema()[0] == 255  # noqa: PLR2004  # nothing shows through
    return seen.convert("RGB") if opaque else seen


def _encoded(picture: Image.Image, max_bytes: int) -> tuple[dict[str, object], bytes]:
    picture.info = {}  # comments and profiles would be written again
    fitting = (way for way in _ways(picture) if len(way[2]) <= max_bytes)
    shown, suffix, content = next(fitting)
    return {"width": shown.width, "height": shown.height, "suffix": suffix}, content


def _ways(picture: Image.Image) -> Iterator[tuple[Image.Image, str, bytes]]:
    """Encodings, each with less of the picture than the one before."""
    if picture.mode == "RGBA":
        yield picture, ".png", _saved(picture, "PNG")
        picture = _on_white(picture)
    for _ in range(SIZES):
        for quality in QUALITIES:
            yield picture, ".jpg", _saved(picture, "JPEG", quality=quality)
        picture = ImageOps.scale(picture, SHRINK, Image.Resampling.LANCZOS)


def _on_white(picture: Image.Image) -> Image.Image:
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _saved(picture: Image.Image, kind: str, **options: int) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


if __name__ == "__main__":
    main()
