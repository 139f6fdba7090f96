"""How many sessions a process begins in a day, whatever happens to it and to its file."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app.starts import A_DAY, AT_ONCE, DAY, Account, Starts
from storage.instance import Place

START = 1_800_000_000.0
EACH = DAY / A_DAY
"""Seconds between two sessions once those that may begin at once are spent."""


@dataclass
class Watch:
    now: float = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sessions"


def begun_in_a_day(watch: Watch, draw: Callable[[], float], *, each: float) -> int:
    """Sessions of a process that begins one after the other, each of so many seconds."""
    begun, end = 0, watch.now + DAY
    while watch.now < end:
        watch.now += draw()
        begun += 1
        watch.now += each
    return begun


def test_a_healthy_start_waits_for_nothing(watch: Watch, path: Path) -> None:
    assert [Account(path, clock=watch).draw() for _ in range(AT_ONCE)] == [0.0] * AT_ONCE


@pytest.mark.parametrize("held", [0.0, 5.0, 61.0])
def test_a_process_begins_fewer_than_500_a_day(watch: Watch, path: Path, held: float) -> None:
    account = Account(path, clock=watch)

    begun = begun_in_a_day(watch, account.draw, each=held)

    assert A_DAY < begun < 500


@pytest.mark.parametrize("held", [0.0, 30.0])
def test_so_does_one_that_crashes_after_each(watch: Watch, path: Path, held: float) -> None:
    begun = begun_in_a_day(watch, lambda: Account(path, clock=watch).draw(), each=held)

    assert A_DAY < begun < 500


def test_the_second_day_has_no_more_than_the_first(watch: Watch, path: Path) -> None:
    account = Account(path, clock=watch)
    begun_in_a_day(watch, account.draw, each=1)

    assert begun_in_a_day(watch, account.draw, each=1) < 500


def test_several_processes_share_the_day(watch: Watch, tmp_path: Path) -> None:
    begun = 0
    for number in range(4):
        watch.now = START
        account = Account(tmp_path / str(number), share=0.25, clock=watch)
        begun += begun_in_a_day(watch, account.draw, each=1)

    assert begun < 500


def test_a_small_share_still_begins_one_at_once(watch: Watch, path: Path) -> None:
    assert Account(path, share=0.001, clock=watch).draw() == 0


def test_what_was_spent_returns_in_a_quiet_time(watch: Watch, path: Path) -> None:
    for _ in range(AT_ONCE):
        Account(path, clock=watch).draw()
    assert Account(path, clock=watch).draw() == pytest.approx(EACH, abs=1)

    watch.now += DAY

    assert Account(path, clock=watch).draw() == 0


def test_a_session_that_did_not_begin_is_given_back(watch: Watch, path: Path) -> None:
    for _ in range(10 * AT_ONCE):
        account = Account(path, clock=watch)
        assert account.draw() == 0
        account.give_back()


def test_its_file_is_written_over_in_place(watch: Watch, path: Path) -> None:
    account = Account(path, clock=watch)
    account.draw()
    file, size = path.stat().st_ino, path.stat().st_size

    account.draw()

    assert (path.stat().st_ino, path.stat().st_size) == (file, size)


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 21, b"nan", b"inf", b"soon", b"1e999", "٣".encode(), b"9" * 10**6]
)
def test_a_damaged_file_counts_as_all_spent_once(watch: Watch, path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)

    waits = [Account(path, clock=watch).draw(), Account(path, clock=watch).draw()]

    assert waits == [pytest.approx(EACH)] * 2
    assert float(path.read_bytes()) > START


@pytest.mark.parametrize("moved", [-365 * DAY, 365 * DAY])
def test_a_clock_that_jumps_costs_one_interval_at_most(
    watch: Watch, path: Path, moved: float
) -> None:
    Account(path, clock=watch).draw()

    watch.now += moved

    assert Account(path, clock=watch).draw() <= EACH + 1


def unwritable_folder(path: Path) -> None:
    path.parent.write_bytes(b"a file in the folder's place")


def folder_in_its_place(path: Path) -> None:
    path.mkdir(parents=True)


def full_disk(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to("/dev/full")


@pytest.mark.parametrize("trouble", [unwritable_folder, folder_in_its_place, full_disk])
def test_what_cannot_be_written_down_is_waited_for(
    watch: Watch, path: Path, trouble: Callable[[Path], None]
) -> None:
    trouble(path)

    begun = begun_in_a_day(watch, lambda: Account(path, clock=watch).draw(), each=0)

    assert A_DAY - 1 <= begun < 500


async def test_shards_begin_one_after_the_other_in_the_order_they_asked(path: Path) -> None:
    starts = Starts(Account(path), Place(), between=0)
    running = asyncio.create_task(starts.run())
    story: list[str] = []

    async def begin(shard: int) -> None:
        async with starts.turn():
            story.append(f"{shard} begins")
            await asyncio.sleep(0)
            story.append(f"{shard} has begun")

    async with asyncio.timeout(20):
        await asyncio.gather(*map(begin, range(3)))
    running.cancel()

    assert story == [f"{shard} {done}" for shard in range(3) for done in ("begins", "has begun")]


async def test_a_turn_that_nobody_waits_for_any_more_does_not_stop_the_others(path: Path) -> None:
    starts = Starts(Account(path), Place(), between=0)

    async def begin() -> None:
        async with starts.turn():
            pass

    gone, stays = asyncio.create_task(begin()), asyncio.create_task(begin())
    await asyncio.sleep(0)
    gone.cancel()
    running = asyncio.create_task(starts.run())

    async with asyncio.timeout(20):
        await stays
    running.cancel()
