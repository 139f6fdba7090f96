"""What is refused before anything is charged."""

import pytest

from bot.domain.errors import Refusal
from bot.domain.requests import ImageOffer
from bot.intake import check_offer

MIB = 1 << 20


async def _never() -> bytes:
    raise AssertionError("nothing is fetched before it is paid")


def offer(size: int = 1000, kind: str | None = "image/png", name: str = "cat.png") -> ImageOffer:
    return ImageOffer(filename=name, size=size, content_type=kind, read=_never)


def refusal(given: ImageOffer) -> tuple[str, dict[str, object]]:
    with pytest.raises(Refusal) as caught:
        check_offer(given, max_bytes=8 * MIB)
    return caught.value.code, dict(caught.value.params)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("image/png", "a.png"),
        ("image/jpeg", "a"),
        ("image/jpg", "a.jpg"),
        ("IMAGE/WebP; charset=binary", "a.exe"),
        ("image/gif", "a.gif"),
        ("image/apng", "a.apng"),
        ("image/heic", "IMG_0001.HEIC"),
        ("image/heif", "a"),
        ("image/avif", "a.avif"),
        (None, "a.JPG"),
        ("", "a.webp"),
        (None, "IMG_0001.HEIC"),
        ("application/octet-stream", "a.heif"),
    ],
)
def test_takes_the_kinds_that_can_be_read_in_all_spellings(kind: str | None, name: str) -> None:
    check_offer(offer(8 * MIB, kind, name), max_bytes=8 * MIB)


def test_refuses_an_empty_file() -> None:
    assert refusal(offer(0)) == ("refusal-image-empty", {})


def test_refuses_sixty_megabytes_and_says_how_many_are_allowed() -> None:
    assert refusal(offer(60 * MIB)) == ("refusal-image-size", {"size_mb": 60.0, "limit_mb": 8.0})


def test_one_byte_too_many_does_not_read_as_the_limit() -> None:
    assert refusal(offer(8 * MIB + 1)) == ("refusal-image-size", {"size_mb": 8.1, "limit_mb": 8.0})


@pytest.mark.parametrize(
    ("kind", "name", "params"),
    [
        ("image/bmp", "a.png", {"type": "BMP"}),
        ("image/heic-sequence", "a.heics", {"type": "HEIC-SEQUENCE"}),
        ("application/octet-stream", "a.exe", {}),
        ("image/svg+xml", "a.svg", {"type": "SVG+XML"}),
        ("image/x-icon", "a.ico", {"type": "ICON"}),
        (None, "a.tiff", {"type": "TIFF"}),
        ("video/mp4", "a.mp4", {}),
        ("application/x-msdownload", "a.exe", {}),
        (None, "a.exe", {}),
        (None, "a", {}),
        ("image", "a.png", {}),
    ],
)
def test_refuses_other_kinds_by_name(
    kind: str | None, name: str, params: dict[str, object]
) -> None:
    assert refusal(offer(60 * MIB, kind, name)) == ("refusal-image-type", params)
