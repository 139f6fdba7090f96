"""Work that belongs together."""

import asyncio
from collections.abc import Coroutine


async def together(*works: Coroutine[None, None, None]) -> None:
    """Do all of it; the first error ends the rest and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
