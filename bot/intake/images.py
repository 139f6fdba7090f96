"""Turn an offered image into a file of our own making: re-encoded, without metadata, checked."""

import asyncio
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.children import ChildFailed, ChildLimits, ChildOverran, run_child
from bot.domain.errors import ImageRejected
from bot.domain.requests import ImageOffer, has_moved, input_name
from bot.intake.offer import naming

READ_SECONDS = 20.0
CHILD = Path(__file__).with_name("child.py")
LIMITS = ChildLimits(seconds=20, memory=1 << 30, output=5 << 20)
"""50 megapixels with alpha are 200 MB, which a decoder holds several times: of 48.8 megapixels, 860
MB were seen for WebP, 650 for AVIF, 580 for HEIC, and 1,080 for HEIC of ten bits with alpha and
whole colours, as no phone makes it and which is refused. The child's answer is 4 MiB and a line."""
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
)
"""Of HEIC and AVIF (ISO/IEC 23008-12, annex B); a video begins alike, with another word."""
_OTHERS = {
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"%PDF": "PDF",
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredImage:
    """A still image in the folder of inputs."""

    name: str
    """32 hex digits of its content's SHA-256, what `input_name` adds, and `.jpg` or `.png`."""
    width: int
    """Pixels, as it is seen upright; so is `height`."""
    height: int
    mime: str
    """`image/jpeg` or `image/png`."""

    @property
    def moved(self) -> bool:
        """Whether it is the first frame of something that moved."""
        return has_moved(self.name)


async def take_in(
    offer: ImageOffer,
    folder: Path,
    *,
    read_seconds: float = READ_SECONDS,
    limits: ChildLimits = LIMITS,
) -> StoredImage:
    """Fetch, check and re-encode an image, and store it in `folder`.

    PNG, JPEG, WebP, GIF, HEIC and AVIF are taken whatever they are called, of what moves the first
    frame; a photo's orientation is applied, its longest side made at most 2,048 pixels, and
    everything that is not a pixel left out. The stored file has at most 4 MiB: where that needs
    it, what shows through is put on white.

    Raises:
        ImageRejected: `image-fetch`, `image-empty`, `image-mismatch` (more bytes than offered),
            `image-type` (type, when known), `image-pixels` (megapixels), `image-timeout`,
            `image-unreadable`; each with its frame, where it has one.
    """
    with naming(offer):
        return await _take_in(offer, folder, read_seconds, limits)


async def _take_in(
    offer: ImageOffer, folder: Path, read_seconds: float, limits: ChildLimits
) -> StoredImage:
    given = await _read(offer, read_seconds)
    _check_signature(given)
    try:
        answer = await run_child(CHILD, given=given, limits=limits)
    except ChildOverran as late:
        raise ImageRejected("image-timeout") from late
    except ChildFailed as failed:
        log.info("image.unreadable", size=len(given), cause=str(failed))
        raise ImageRejected("image-unreadable") from failed
    return await asyncio.to_thread(_store, answer, folder)


async def _read(offer: ImageOffer, seconds: float) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            given = await offer.read()
    except Exception as error:  # of Discord's session, which is not known here
        log.info("image.not_fetched", cause=type(error).__name__)
        raise ImageRejected("image-fetch") from error
    if not given:
        raise ImageRejected("image-empty")
    if len(given) > offer.size:
        raise ImageRejected("image-mismatch")
    return given


def _check_signature(given: bytes) -> None:
    webp = given[:4] == b"RIFF" and given[8:12] == b"WEBP"
    boxed = given[4:8] == b"ftyp" and given[8:12] in _BRANDS
    if webp or boxed or given.startswith(_SIGNATURES):
        return
    for signature, name in _OTHERS.items():
        if given.startswith(signature):
            raise ImageRejected("image-type", type=name)
    raise ImageRejected("image-type", type="")


def _store(answer: bytes, folder: Path) -> StoredImage:
    head, _, content = answer.partition(b"\n")
    facts = json.loads(head)
    if "refused" in facts:
        raise ImageRejected(facts.pop("refused"), **facts)
    digest = hashlib.sha256(content).hexdigest()[:32]
    name = input_name(digest, facts["suffix"], moved=facts["moves"])
    _write(folder / name, content)
    mime = "image/png" if facts["suffix"] == ".png" else "image/jpeg"
    return StoredImage(name=name, width=facts["width"], height=facts["height"], mime=mime)


def _write(target: Path, content: bytes) -> None:
    """Readable by us alone, and there at once or not at all."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, partial = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        Path(partial).replace(target)
    finally:
        Path(partial).unlink(missing_ok=True)
