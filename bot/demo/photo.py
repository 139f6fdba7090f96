"""A slow camera move across an attached image."""

import io

from PIL import Image, ImageOps

_ZOOM = (1.04, 1.2)
_TRAVEL = 0.55
"""The longest way of the camera, in windows."""
_PASSAGE = (0.25, 0.9)
"""When the second of two images begins to show, and when it is alone."""
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")


class Photo:
    """The image fills the frame; the camera goes along what does not fit and comes nearer."""

    def __init__(self, image: bytes, size: tuple[int, int]) -> None:
        self._size = size
        self._image = _fill(_read(image), size)

    def frame(self, moment: float, _seconds: float) -> Image.Image:
        """The picture at `moment`, 0 to 1."""
        eased = 0.5 * moment + 0.5 * moment * moment * (3 - 2 * moment)
        zoom = _ZOOM[0] + (_ZOOM[1] - _ZOOM[0]) * eased
        left, right = self._way(0, zoom, eased)
        top, bottom = self._way(1, zoom, eased)
        window = (left, top, right, bottom)
        return self._image.resize(self._size, Image.Resampling.BILINEAR, box=window)

    def _way(self, axis: int, zoom: float, eased: float) -> tuple[float, float]:
        """Where the window begins and ends on one axis."""
        whole = self._image.size[axis]
        other = self._image.size[1 - axis] / self._size[1 - axis]
        window = min(whole, other * self._size[axis]) / zoom
        slack = whole - window
        travel = min(slack, window * _TRAVEL)
        start = (slack - travel) / 2 + travel * eased
        return start, start + window


class Passage:
    """From one image to another: the second shows through more and more, and is alone at last."""

    def __init__(self, first: Photo, last: Photo) -> None:
        self._first = first
        self._last = last

    def frame(self, moment: float, seconds: float) -> Image.Image:
        """The picture at `moment`, 0 to 1."""
        through = min(max((moment - _PASSAGE[0]) / (_PASSAGE[1] - _PASSAGE[0]), 0), 1)
        eased = through * through * (3 - 2 * through)
        first, last = (photo.frame(moment, seconds) for photo in (self._first, self._last))
        return Image.blend(first, last, eased)


def _read(image: bytes) -> Image.Image:
    """The image upright, without transparency."""
    with Image.open(io.BytesIO(image), formats=_FORMATS) as opened:
        opened.draft("RGB", (1920, 1920))
        picture = ImageOps.exif_transpose(opened).convert("RGBA")
    ground = Image.new("RGBA", picture.size, (24, 26, 34, 255))
    return Image.alpha_composite(ground, picture).convert("RGB")


def _fill(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """As large as the camera needs: the shorter side fills the frame at the nearest zoom."""
    scale = max(size[0] / picture.width, size[1] / picture.height) * _ZOOM[1]
    limits = (size[0] * 4, size[1] * 4)
    width = min(max(round(picture.width * scale), size[0]), limits[0])
    height = min(max(round(picture.height * scale), size[1]), limits[1])
    return ImageOps.fit(picture, (width, height), Image.Resampling.LANCZOS)
