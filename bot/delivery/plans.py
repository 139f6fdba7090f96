"""How a video is written anew so that it plays everywhere and fits: sizes, rates and bits.

Nothing here touches a file: facts in, plan out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.domain.views import Clip, Treatment

SHARP = 0.05
"""Bits for each pixel of each frame with which the picture stays as sharp as its size promises."""
LEAST = 0.035
"""The same for the smallest size: below it the picture falls to visible blocks."""
FRAME_COST = 10_000
"""Pixels' worth of bits that every frame takes, however small it is."""
SIDES = (1080, 720, 540, 480, 360)
"""Short sides to which a picture may be brought; beyond the first not every phone follows."""
LONG_SIDE = 1920
MOST_RATE = 60.0
EVEN_RATE = 32.0
"""Frames a second above which every second one may be left out."""

PREVIEW_SIDE = 720
PREVIEW_MOST, PREVIEW_GOOD, PREVIEW_LEAST = 60.0, 15.0, 2.0
"""Seconds: the longest, what a smaller picture is taken for, and what is not worth showing."""
_BEGINNING = 0.9
"""Of a clip, at most, is what may be called its beginning."""

DECODING, ENCODING = 8e-9, 20e-9
"""Seconds of one slow processor for a pixel that is read, and for one that is written."""
_LISTENING = 0.02
"""The same for a second of sound."""

MOST_BITS = 40e6
"""Of the picture a second, and of its buffer: with more, the encoder asks for a decoder that phones
do not have (H.264's level 4.1 ends at 62.5)."""

_SOUND_SHARE, _SOUND_LEAST, _SOUND_MOST = 0.1, 48_000, 160_000
_WRAPPING = 24 * 8
"""Bits of the container for each packet."""
_SOUND_PACKETS = 47
"""A second."""
_HEADER = 4096 * 8
_USED = 0.97
"""Of the room that there is."""
_BURST = 0.2
"""Of all bits of the picture: so much may be taken from later moments by one that needs it."""
_BURST_AT_START = 0.9
"""How full the encoder takes its buffer to be at the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the picture becomes: H.264, as good as it needs to be and never more than this."""

    width: int
    height: int
    rate: float
    """Frames a second; 0 leaves every frame at its moment, however they vary."""
    bits: float
    """The most a second."""
    buffer: float
    """Bits that may be taken beyond that, once."""
    least: float
    """Bits a second below which it would be visibly broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One way to write a clip anew."""

    treatment: Treatment
    picture: Picture | None = None
    """`None` copies it."""
    sound: float | None = None
    """Bits a second; `None` copies it."""
    seconds: float | None = None
    """Where it ends, when that is before its own end."""
    cost: float = 0.0
    """Seconds that it takes on one slow processor; a copy takes none."""

    @property
    def encodes(self) -> bool:
        """Whether it is more than a copy."""
        return self.picture is not None or self.sound is not None


@dataclass(frozen=True, slots=True)
class _Size:
    width: int
    height: int
    rate: float
    """Frames a second that are shown."""

    @property
    def weight(self) -> float:
        """Pixels a second, with what each frame takes beside."""
        return (self.width * self.height + FRAME_COST) * self.rate


def remuxed(clip: Clip, room: int, *, time: float) -> Plan | None:
    """The same picture in a better container, where only that or the sound is wrong and it fits.

    `None` also when the sound would take longer than `time` seconds.
    """
    fits = clip.size + _HEADER // 8 <= room
    if not (clip.picture_safe and fits):
        return None
    if clip.sound in (None, "aac"):
        return Plan(treatment=Treatment.REMUXED)
    grown, cost = clip.size + clip.seconds * _SOUND_MOST / 8, clip.seconds * _LISTENING
    if grown > room or cost > time:
        return None
    return Plan(treatment=Treatment.CONVERTED, sound=_SOUND_MOST, cost=cost)


def whole(clip: Clip, room: int, *, time: float) -> Plan | None:
    """All of the clip in at most `room` bytes, as large as stays sharp.

    `None` when it would be visibly broken, or take longer than `time` seconds.
    """
    each = _bits(clip, clip.seconds, room) / clip.seconds
    sound = _sound(clip, each)
    sizes = list(_sizes(clip))
    treatment = Treatment.CONVERTED if clip.size <= room else Treatment.SHRUNK
    for size in sizes:
        least = LEAST if size == sizes[-1] else SHARP
        left = each - sound - _wrapping(size)
        cost = clip.seconds * _cost(clip, size)
        if left >= least * size.weight and cost <= time:
            picture = _picture(clip, size, left * clip.seconds, clip.seconds)
            return Plan(treatment=treatment, picture=picture, sound=sound, cost=cost)
    return None


def preview(clip: Clip, room: int, *, time: float) -> Plan | None:
    """The clip's beginning, sharp, in at most `room` bytes and `time` seconds of work."""
    sizes = [size for size in _sizes(clip) if _moderate(size)]
    found: tuple[float, _Size] | None = None
    for size in sizes:
        found = (_length(clip, size, room, time), size)
        if found[0] >= min(PREVIEW_GOOD, clip.seconds * _BEGINNING):
            break
    if found is None or found[0] < PREVIEW_LEAST:
        return None
    seconds, size = found
    sound = _preview_sound(clip)
    left = _bits(clip, seconds, room) - seconds * (sound + _wrapping(size))
    return Plan(
        treatment=Treatment.PREVIEW,
        picture=_picture(clip, size, left, seconds),
        sound=sound,
        seconds=seconds,
        cost=seconds * _cost(clip, size),
    )


def tighter(plan: Plan, clip: Clip, came_to: int, room: int) -> Plan | None:
    """The second try, from the bytes that the first came to; `None` when it would look broken.

    The picture alone gives way: the sound has little to give.
    """
    sound = (plan.sound or 0) * (plan.seconds or clip.seconds) / 8
    share = (room - sound) / max(came_to - sound, 1) * _USED
    picture = plan.picture
    if picture is None or picture.bits * share < picture.least:
        return None
    fewer = replace(picture, bits=picture.bits * share, buffer=picture.buffer * share)
    return replace(plan, picture=fewer)


def _bits(clip: Clip, seconds: float, room: int) -> float:
    """What may be spent on so many seconds of it."""
    wrapping = _SOUND_PACKETS * _WRAPPING * seconds if clip.sound else 0
    return max(room * 8 * _USED - _HEADER - wrapping, 0)


def _sound(clip: Clip, each: float) -> float:
    if clip.sound is None:
        return 0
    return min(max(each * _SOUND_SHARE, _SOUND_LEAST), _SOUND_MOST)


def _preview_sound(clip: Clip) -> float:
    return 0 if clip.sound is None else 2 * _SOUND_LEAST


def _sizes(clip: Clip) -> Iterator[_Size]:
    """The clip's own size first, then ever smaller ones, at its own rate before half of it."""
    short = min(clip.width, clip.height)
    most = LONG_SIDE / max(clip.width, clip.height)
    for share in dict.fromkeys(min(side / short, most, 1.0) for side in SIDES):
        width, height = (max(round(full * share / 2) * 2, 2) for full in (clip.width, clip.height))
        for rate in _rates(clip):
            yield _Size(width, height, rate)


def _rates(clip: Clip) -> Iterator[float]:
    own = min(clip.rate, MOST_RATE)
    yield own
    if own > EVEN_RATE:
        yield own / 2


def _moderate(size: _Size) -> bool:
    """Whether a preview may have this size."""
    slow = size.rate <= EVEN_RATE
    return slow and min(size.width, size.height) <= PREVIEW_SIDE


def _length(clip: Clip, size: _Size, room: int, time: float) -> float:
    """How much of the clip's beginning has that size, is sharp and fits."""
    each = SHARP * size.weight + _preview_sound(clip) + _wrapping(size)
    wrapping = _SOUND_PACKETS * _WRAPPING if clip.sound else 0
    fitting = max(room * 8 * _USED - _HEADER, 0) / (each + wrapping)
    in_time = time / _cost(clip, size)
    return min(PREVIEW_MOST, clip.seconds * _BEGINNING, fitting, in_time)


def _wrapping(size: _Size) -> float:
    return size.rate * _WRAPPING


def _cost(clip: Clip, size: _Size) -> float:
    """Seconds of work for each second of the clip."""
    read = clip.width * clip.height * clip.rate * DECODING + (_LISTENING if clip.sound else 0)
    return read + size.width * size.height * size.rate * ENCODING


def _picture(clip: Clip, size: _Size, bits: float, seconds: float) -> Picture:
    buffer = bits * _BURST
    return Picture(
        width=size.width,
        height=size.height,
        rate=0 if size.rate == clip.rate else size.rate,
        bits=min((bits - buffer * _BURST_AT_START) / seconds, MOST_BITS),
        buffer=min(buffer, MOST_BITS),
        least=LEAST * size.weight * (1 - _BURST),
    )
