"""A few are brought at a time, and nobody waits long for one that is slow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.generation.turns import Turns

PATIENCE = 20
FOR_EVER = 3600.0


class Work:
    """Something that has its turn until it is told to end."""

    def __init__(self, turns: Turns) -> None:
        self.begun, self.end = asyncio.Event(), asyncio.Event()
        self.task = asyncio.create_task(self._do(turns))

    async def _do(self, turns: Turns) -> None:
        async with turns.turn():
            self.begun.set()
            await self.end.wait()


@asynccontextmanager
async def works(turns: Turns, count: int) -> AsyncIterator[list[Work]]:
    some = [Work(turns) for _ in range(count)]
    await settled()
    yield some
    for each in some:
        each.task.cancel()
    await asyncio.gather(*(each.task for each in some), return_exceptions=True)


async def settled() -> None:
    """Let everybody come as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


def begun(some: list[Work]) -> list[bool]:
    return [each.begun.is_set() for each in some]


async def test_so_many_begin_and_the_others_follow_in_their_order() -> None:
    async with works(Turns(2, FOR_EVER), 4) as some:
        assert begun(some) == [True, True, False, False]

        some[1].end.set()
        await settled()

        assert begun(some) == [True, True, True, False]


async def test_whoever_takes_long_lets_the_next_begin_and_goes_on() -> None:
    async with works(Turns(1, 0.01), 3) as some:
        async with asyncio.timeout(PATIENCE):
            await some[1].begun.wait()
            await some[2].begun.wait()

        some[0].end.set()
        await some[0].task
        assert not some[1].task.done()


@pytest.mark.parametrize("fails", [True, False], ids=["failed", "cancelled"])
async def test_what_breaks_off_gives_its_turn_back(*, fails: bool) -> None:
    turns = Turns(1, FOR_EVER)

    async def broken() -> None:
        async with turns.turn():
            if fails:
                raise LookupError
            await asyncio.Event().wait()

    first = asyncio.create_task(broken())
    await settled()
    first.cancel()
    await asyncio.wait({first})

    async with works(turns, 1) as [next_one]:
        assert next_one.begun.is_set()


async def test_whoever_stops_waiting_is_passed_over() -> None:
    async with works(Turns(1, FOR_EVER), 3) as some:
        some[1].task.cancel()
        await settled()
        some[0].end.set()
        await settled()

        assert begun(some) == [True, False, True]


async def test_a_turn_that_was_given_back_late_is_given_back_once() -> None:
    turns = Turns(1, 0.01)
    async with works(turns, 2) as late:
        async with asyncio.timeout(PATIENCE):
            await late[1].begun.wait()
        late[0].end.set()
        late[1].end.set()
        await asyncio.gather(*(each.task for each in late))

    turns.longest = FOR_EVER
    async with works(turns, 2) as some:
        assert begun(some) == [True, False]
