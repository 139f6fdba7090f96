"""Notice when a relay has said nothing for long, without losing or delaying what it says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")


async def heard(
    events: AsyncIterator[T], silence: timedelta, on_silence: Callable[[], None]
) -> AsyncIterator[T]:
    """Pass every event on; call `on_silence` once for each pause that is longer than `silence`."""
    stream = aiter(events)
    while True:
        coming = asyncio.ensure_future(anext(stream))
        try:
            done, _ = await asyncio.wait({coming}, timeout=silence.total_seconds())
            if not done:
                on_silence()
            yield await coming
        except StopAsyncIteration:
            return
        finally:
            if not coming.done():
                await _stop(coming)


async def _stop(task: "asyncio.Future[T]") -> None:
    task.cancel()
    await asyncio.wait({task})
