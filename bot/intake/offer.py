"""Refuse an image by what Discord says of it, before anything is charged or fetched."""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

from bot.domain.errors import ImageRejected, Refusal
from bot.domain.requests import ImageOffer

_MIB = 1 << 20
_TYPES = frozenset(
    f"image/{kind}"
    for kind in ("png", "apng", "jpeg", "jpg", "webp", "gif", "heic", "heif", "avif")
)
_SAYS_NOTHING = frozenset({"", "application/octet-stream"})


def check_offer(offer: ImageOffer, *, max_bytes: int) -> None:
    """Refuse an attachment that cannot be a usable image.

    Raises:
        Refusal: `refusal-image-empty`, `refusal-image-size` (size_mb, limit_mb), or
            `refusal-image-type` (type, when it is an image at all), with its frame.
    """
    with naming(offer):
        _check(offer, max_bytes)


@contextmanager
def naming(offer: ImageOffer) -> Iterator[None]:
    """Let every error inside say which of two images it is about."""
    try:
        yield
    except (Refusal, ImageRejected) as error:
        if offer.frame is None:
            raise
        raise type(error)(error.code, **error.params, frame=offer.frame.value) from error


def _check(offer: ImageOffer, max_bytes: int) -> None:
    if offer.size <= 0:
        raise Refusal("refusal-image-empty")
    kind = _kind(offer)
    if kind not in _TYPES:
        raise _wrong_type(kind)
    if offer.size > max_bytes:
        raise Refusal(
            "refusal-image-size", size_mb=_rounded_up(offer.size), limit_mb=_mib(max_bytes)
        )


def _kind(offer: ImageOffer) -> str:
    """What Discord called it; where it said nothing, what the name says."""
    said = (offer.content_type or "").partition(";")[0].strip().lower()
    if said not in _SAYS_NOTHING:
        return said
    return mimetypes.guess_type(offer.filename, strict=False)[0] or ""


def _wrong_type(kind: str) -> Refusal:
    family, _, name = kind.partition("/")
    if family != "image" or not name:
        return Refusal("refusal-image-type")
    return Refusal("refusal-image-type", type=name.removeprefix("x-").upper()[:20])


def _mib(size: int) -> float:
    return round(size / _MIB, 1)


def _rounded_up(size: int) -> float:
    return ceil(size / _MIB * 10) / 10  # one byte too many must not read as the limit itself
