"""Reference images given to `generate`: files and links, made ready as the model wants them."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.domain.errors import ImageRejected, MediaFailure, Refusal
from bot.domain.models import ImageTransport, VideoModel
from bot.domain.requests import ImageOffer
from bot.intake import take_in
from bot.net import MediaClient
from bot.relay import OutgoingImage


def is_link(image: str) -> bool:
    """Whether it is a link rather than the path of a file."""
    return image.lower().startswith(("http://", "https://"))


def check_pictures(images: tuple[str, ...], model: VideoModel, limit: int) -> None:
    """Refuse, before anything is asked or paid, what cannot be sent.

    Raises:
        Refusal: `cli-image-file`, `cli-image-size`, `cli-image-link`.
    """
    by_link = model.image_transport in (ImageTransport.URL, ImageTransport.PROMPT)
    for image in images:
        if is_link(image):
            continue
        if by_link:
            raise Refusal("cli-image-link", model=model.label)
        path = Path(image)
        if not path.is_file():
            raise Refusal("cli-image-file", path=image)
        if path.stat().st_size > limit:
            raise Refusal("cli-image-size", path=image, limit=limit // 1024**2)


async def outgoing(
    images: tuple[str, ...],
    model: VideoModel,
    media: MediaClient,
    *,
    on_moving: Callable[[str], None],
) -> list[OutgoingImage]:
    """The images in the form that the model's entry names.

    `on_moving` is told of each that moves: its first frame is used.

    Raises:
        ImageRejected: the bytes cannot be used, or a link cannot be fetched.
    """
    with TemporaryDirectory(prefix="clapper-") as folder:
        return [await _one(image, model, media, Path(folder), on_moving) for image in images]


async def _one(
    image: str,
    model: VideoModel,
    media: MediaClient,
    folder: Path,
    on_moving: Callable[[str], None],
) -> OutgoingImage:
    if is_link(image) and model.image_transport is not ImageTransport.DATA:
        return OutgoingImage(mime="", url=image)
    path = Path(image)
    if is_link(image):
        path = await _fetched(image, media, folder)
    size = path.stat().st_size

    async def read() -> bytes:
        return await asyncio.to_thread(path.read_bytes)

    offer = ImageOffer(filename=path.name, size=size, content_type=None, read=read)
    stored = await take_in(offer, folder)
    if stored.moved:
        on_moving(image)
    return OutgoingImage(mime=stored.mime, data=(folder / stored.name).read_bytes())


async def _fetched(link: str, media: MediaClient, folder: Path) -> Path:
    try:
        return (await media.fetch(link, folder / "fetched")).path
    except MediaFailure as failure:  # whose sentences are about the relay's link
        raise ImageRejected("cli-image-unreachable", path=link) from failure
