"""The process from which children are forked: lost, killed, or left alone by the bot."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.application import LOADED, SCRIPTS
from bot.children import ChildFailed, ChildLimits, forking, run_child

LIMITS = ChildLimits(seconds=30, memory=1 << 29, output=1 << 20)
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are forked on Linux")


@pytest.fixture(autouse=True)
async def zygote() -> AsyncIterator[None]:
    async with forking([]):
        yield


def script(folder: Path, *lines: str) -> Path:
    path = folder / "script.py"
    path.write_text("\n".join(["import os, sys, time", *lines]))
    return path


async def test_one_serves_all(tmp_path: Path) -> None:
    told = script(tmp_path, "print(os.getppid())")

    answers = await asyncio.gather(*(run_child(told, limits=LIMITS) for _ in range(100)))

    assert len(set(answers)) == 1
    assert int(answers[0]) != os.getpid()


async def test_one_that_was_lost_is_replaced(tmp_path: Path) -> None:
    told = script(tmp_path, "print(os.getppid())")
    first = int(await run_child(told, limits=LIMITS))
    os.kill(first, signal.SIGKILL)

    assert int(await run_child(told, limits=LIMITS)) == os.getpid()  # a fresh process, at once
    async with asyncio.timeout(30):  # until its end is known here
        while int(await run_child(told, limits=LIMITS)) in (first, os.getpid()):
            pass


async def test_one_that_is_lost_amid_its_work_loses_no_answer(tmp_path: Path) -> None:
    note = tmp_path / "note"
    killing = script(
        tmp_path,
        f"if os.path.exists({str(note)!r}):",
        "    print('again')",
        "else:",
        f"    open({str(note)!r}, 'w').close()",
        "    os.kill(os.getppid(), 9)",
        "    time.sleep(600)",
    )

    assert await run_child(killing, limits=LIMITS) == b"again\n"


async def test_one_that_cannot_be_started_leaves_fresh_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = script(tmp_path, "sys.exit(1)")
    monkeypatch.setattr("bot.children.forked._ENTRY", broken)
    parent = tmp_path / "parent.py"
    parent.write_text("import os; print(os.getppid())")

    assert int(await run_child(parent, limits=LIMITS)) == os.getpid()


async def test_nothing_outlives_a_bot_that_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    os.mkfifo(note)
    pids_of = "f'{os.getpid()} {os.getppid()}'"
    tell = f"open({str(note)!r}, 'w').write({pids_of})"
    hanging = script(tmp_path, tell, "time.sleep(600)")
    owner = tmp_path / "owner.py"
    owner.write_text(
        "import asyncio, sys; from pathlib import Path\n"
        "from bot.children import ChildLimits, forking, run_child\n"
        "async def main():\n"
        "    async with forking([]):\n"
        "        limits = ChildLimits(seconds=600, memory=1 << 29, output=9)\n"
        "        await run_child(Path(sys.argv[1]), limits=limits)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(owner), str(hanging), env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    pids = [int(pid) for pid in (await asyncio.to_thread(note.read_text)).split()]

    process.kill()
    await process.wait()

    async with asyncio.timeout(30):
        while any(map(alive, pids)):  # noqa: ASYNC110 (other processes)
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"  # whoever should bury it may take its time


async def test_a_script_that_is_loaded_is_made_warm_before_its_children_and_in_each(
    tmp_path: Path,
) -> None:
    ready = script(
        tmp_path,
        "made = []",
        "def warm(): made.append(os.getpid())",
        "def main():",
        "    print(made == [os.getppid(), os.getpid()], sys.argv[1:], sys.stdin.read())",
        "    made.clear()  # for this child alone",
        "    sys.exit(0)",
    )

    async with forking([], [ready]):
        answers = [await run_child(ready, "a", given=b"b", limits=LIMITS) for _ in range(2)]

    assert answers == [b"True ['a'] b\n"] * 2


async def test_a_script_that_cannot_be_loaded_leaves_the_others_and_fails_alone(
    tmp_path: Path,
) -> None:
    broken = script(tmp_path, "import no_such_module", "def main(): pass")
    parent = tmp_path / "parent.py"
    parent.write_text("import os; print(os.getppid())")

    async with forking([], [broken]):
        with pytest.raises(ChildFailed):
            await run_child(broken, limits=LIMITS)
        assert int(await run_child(parent, limits=LIMITS)) != os.getpid()


async def test_one_that_cannot_be_made_warm_works_all_the_same(tmp_path: Path) -> None:
    cold = script(
        tmp_path, "def warm(): raise LookupError", "def main(): print(os.getppid(), end='')"
    )

    async with forking([], [cold]):
        assert int(await run_child(cold, limits=LIMITS)) != os.getpid()


async def test_what_the_bot_loads_leaves_nothing_running(tmp_path: Path) -> None:
    """A fork copies one thread; locks that others hold would stay locked in the child."""
    parent = tmp_path / "parent.py"
    parent.write_text("import os; print(os.getppid())")

    async with forking(LOADED, SCRIPTS):
        zygote = int(await run_child(parent, limits=LIMITS))
        threads = await asyncio.to_thread(os.listdir, f"/proc/{zygote}/task")

    assert threads == [str(zygote)]


async def test_a_child_that_is_killed_while_it_waits_is_replaced(tmp_path: Path) -> None:
    told = script(tmp_path, "print(os.getppid(), os.getpid())")
    zygote, first = map(int, (await run_child(told, limits=LIMITS)).split())
    waiting = [pid for pid in await asyncio.to_thread(children_of, zygote) if pid != first]
    for pid in waiting:
        os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(30):
        while any(map(alive, waiting)):  # noqa: ASYNC110 (other processes)
            await asyncio.sleep(0.01)

    later, next_one = map(int, (await run_child(told, limits=LIMITS)).split())

    assert waiting
    assert later == zygote
    assert next_one not in (first, *waiting)


@pytest.mark.parametrize("word", ["nonsense", "", "0 0", "-"])
async def test_a_child_that_does_not_tell_its_end_as_ours_do_has_failed(
    tmp_path: Path, word: str
) -> None:
    lying = script(tmp_path, f"os.write(3, {word.encode()!r} + b'\\n')", "time.sleep(600)")

    with pytest.raises(ChildFailed):
        await run_child(lying, limits=replace(LIMITS, seconds=5))


def children_of(pid: int) -> list[int]:
    """Those that live."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


async def test_a_child_that_fills_its_line_holds_nobody_up(tmp_path: Path) -> None:
    note = tmp_path / "note"
    filling = script(
        tmp_path,
        "os.set_blocking(3, False)",
        "try:",
        "    while True: os.write(3, b'x' * 4096)",
        "except BlockingIOError: os.set_blocking(3, True)  # for all who share it",
        "if os.fork() == 0:",
        "    os.setsid()",
        "    time.sleep(12)  # and keeps the line and the output open",
        f"open({str(note)!r}, 'w').close()",
        "os._exit(0)",
    )
    parent = tmp_path / "parent.py"
    parent.write_text("import os; print(os.getppid())")
    zygote = int(await run_child(parent, limits=LIMITS))
    hostile = asyncio.create_task(run_child(filling, limits=LIMITS))
    while not note.exists():  # noqa: ASYNC110 (another process)
        await asyncio.sleep(0.01)

    answers = [await run_child(parent, limits=replace(LIMITS, seconds=8)) for _ in range(5)]

    assert set(map(int, answers)) == {zygote}
    assert not hostile.done()
    hostile.cancel()
    await asyncio.gather(hostile, return_exceptions=True)
