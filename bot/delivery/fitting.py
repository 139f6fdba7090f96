"""Make a video play everywhere and fit, in child processes; the relay's own file stays as it is."""

import asyncio
import json
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import structlog

from bot.children import ChildFailed, ChildLimits, ChildOverran, run_child
from bot.delivery.limits import MARGIN, fits
from bot.delivery.plans import Plan, preview, remuxed, tighter, whole
from bot.delivery.probe import probe
from bot.domain.errors import MediaFailure
from bot.domain.jobs import remuxed_name
from bot.domain.views import Clip, Treatment

ENCODE_SECONDS = 300.0
"""For one video, unless a setting says otherwise."""

_CHILD = Path(__file__).with_name("fit_child.py")
_MEMORY = 3 << 30
"""Address space, as for a probe."""
_OUTPUT = 64 * 1024
_COPYING = 60.0
"""Seconds that a copy may take."""
_WHOLE = 0.9
"""Of what was to be written, as for a probe: where less comes out, it broke off."""
_SPARE = 0.6
"""Of the time: what is expected to take longer is not begun, for machines are busy at times."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A clip as it may be posted."""

    clip: Clip
    treatment: Treatment


class Fitter:
    """Encodes one video at a time, so that the bot stays awake on a small machine."""

    def __init__(self, *, seconds: float = ENCODE_SECONDS) -> None:
        """Take the time that one encoding may take; 0 means that nothing is encoded."""
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._too_slow: deque[Path] = deque(maxlen=1_000)
        """What took longer than it may: it is not encoded again, for others wait behind it."""

    async def __call__(
        self, clip: Clip, limit: int, show: Callable[[Treatment], None]
    ) -> Fitted | None:
        """The clip as it plays in place where files of `limit` bytes are taken.

        `None` when nothing of it does, whatever went wrong: the clip itself is untouched. What
        lies here from an earlier call is taken as it is. `show` hears what is being done.
        """
        room = limit - MARGIN
        if clip.inline_safe and fits(clip, limit):
            return Fitted(clip=clip, treatment=Treatment.UNTOUCHED)
        if room <= 0:
            return None
        try:
            return await self._made(clip, room) or await self._make(clip, room, show)
        except Exception:
            # The video is there and paid: a fault of ours must not end its job.
            log.exception("video.fitting_broke", file=clip.path.name)
            return None

    async def _made(self, clip: Clip, room: int) -> Fitted | None:
        for treatment in Treatment:
            if found := await _there(_derived(clip.path, treatment, room), room):
                return Fitted(clip=found, treatment=treatment)
        return None

    async def _make(
        self, clip: Clip, room: int, show: Callable[[Treatment], None]
    ) -> Fitted | None:
        time = 0 if clip.path in self._too_slow else self._seconds * _SPARE
        for plan in (
            remuxed(clip, room, time=time),
            whole(clip, room, time=time),
            preview(clip, room, time=time),
        ):
            if plan is None:
                continue
            show(plan.treatment)  # also while others have their turn
            if (found := await self._in_turn(clip, plan, room)) is not None:
                return Fitted(clip=found, treatment=plan.treatment)
        return None

    async def _in_turn(self, clip: Clip, plan: Plan, room: int) -> Clip | None:
        target = _derived(clip.path, plan.treatment, room)
        # A copy takes no time that others would miss.
        async with self._turn if plan.encodes else nullcontext():
            made_meanwhile = await _there(target, room)
            return made_meanwhile or await self._carried_out(clip, plan, target, room)

    async def _carried_out(self, clip: Clip, plan: Plan, target: Path, room: int) -> Clip | None:
        try:
            with _beside(target) as partial:
                if await self._fits_in_two_tries(clip, plan, partial, room):
                    await asyncio.to_thread(clip.path.stat)  # or what was deleted would come back
                    return await _placed(partial, target, room, plan.seconds or clip.seconds)
                log.info("video.still_too_large", file=clip.path.name, room=room)
        except ChildOverran:
            log.warning("video.fitting_too_slow", file=clip.path.name, seconds=self._seconds)
            self._too_slow.append(clip.path)
        except (ChildFailed, OSError) as failed:
            log.warning("video.not_fitted", file=clip.path.name, cause=str(failed))
        return None

    async def _fits_in_two_tries(self, clip: Clip, plan: Plan, target: Path, room: int) -> bool:
        came_to = await self._written(clip, plan, target)
        if came_to > room and (second := tighter(plan, clip, came_to, room)):
            log.info("video.second_try", file=clip.path.name, came_to=came_to, room=room)
            came_to = await self._written(clip, second, target)
        return came_to <= room

    async def _written(self, clip: Clip, plan: Plan, target: Path) -> int:
        """The bytes that it came to."""
        order = {
            "picture": asdict(plan.picture) if plan.picture else None,
            "sound": plan.sound,
            "seconds": plan.seconds,
        }
        seconds = self._seconds if plan.encodes else _COPYING
        limits = ChildLimits(seconds=seconds, memory=_MEMORY, output=_OUTPUT)
        arguments = (str(clip.path), str(target), json.dumps(order))
        await run_child(_CHILD, *arguments, limits=limits)
        return (await asyncio.to_thread(target.stat)).st_size


def _derived(original: Path, treatment: Treatment, room: int) -> Path:
    """Where it lies; `original_name` reads such names."""
    if treatment is Treatment.REMUXED:
        return original.with_name(remuxed_name(original.name))
    return original.with_name(f"{original.stem}.{treatment.value}-{room}.mp4")


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A place of our own in the same folder, for a file that gets its name when it is whole."""
    number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem}-", suffix=".part")
    os.close(number)
    partial = Path(name)
    try:
        yield partial
    finally:
        partial.unlink(missing_ok=True)


async def _placed(partial: Path, target: Path, room: int, seconds: float) -> Clip | None:
    """Give it its name, if it is what it was to become."""
    found = await _playing(partial, room)
    if found is None or found.seconds < _WHOLE * seconds - 0.5:
        log.warning("video.not_fitted", file=target.name, cause="it broke off")
        return None
    await asyncio.to_thread(partial.replace, target)
    log.info("video.fitted", file=target.name)
    return replace(found, path=target)


async def _there(path: Path, room: int) -> Clip | None:
    """What was made before."""
    return await _playing(path, room) if await asyncio.to_thread(path.is_file) else None


async def _playing(path: Path, room: int) -> Clip | None:
    """What lies there, if it plays in place and fits."""
    try:
        found = await probe(path)
    except (MediaFailure, OSError):
        return None
    return found if found.inline_safe and found.size <= room else None
