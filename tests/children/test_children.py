"""Children: fed, heard, limited, killed; each a fresh process, or forked from a loaded one."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.children import ChildFailed, ChildLimits, ChildOverran, forking, run_child

MIB = 1 << 20


@pytest.fixture(params=["spawned", "forked"], autouse=True)
async def way(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    if request.param == "spawned":
        yield request.param
        return
    async with forking(["no_such_module", "colorsys"]):
        yield request.param


def limits(*, seconds: float = 30, memory: int = 512 * MIB, output: int = MIB) -> ChildLimits:
    return ChildLimits(seconds=seconds, memory=memory, output=output)


def script(folder: Path, *lines: str) -> Path:
    path = folder / "script.py"
    path.write_text("\n".join(["import os, sys, time", *lines]))
    return path


async def test_answers_what_it_was_given(tmp_path: Path) -> None:
    echo = script(
        tmp_path,
        "sys.stdout.buffer.write(sys.argv[1].encode() + sys.stdin.buffer.read())",
    )

    answer = await run_child(echo, "é ", given=b"x" * 400_000, limits=limits())

    assert answer == "é ".encode() + b"x" * 400_000


async def test_may_leave_what_it_was_given_unread(tmp_path: Path) -> None:
    hasty = script(tmp_path, "print('done')")

    assert (
        await run_child(hasty, given=b"x" * 5 * MIB, limits=limits())
        == b"done" + os.linesep.encode()
    )


@pytest.mark.parametrize("ending", ["sys.exit(3)", "raise ValueError", "os.abort()"])
async def test_tells_that_it_ended_badly(tmp_path: Path, ending: str) -> None:
    with pytest.raises(ChildFailed, match=r"script\.py"):
        await run_child(script(tmp_path, ending), limits=limits())


async def test_one_that_hangs_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    deaf = ["import signal", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"]
    tell = f"open({str(note)!r}, 'w').write(str(os.getpid()))"
    hanging = script(tmp_path, *deaf, tell, "time.sleep(600)")

    with pytest.raises(ChildOverran):
        await run_child(hanging, limits=limits(seconds=5))

    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)


async def test_one_that_says_too_much_is_killed(tmp_path: Path) -> None:
    endless = script(tmp_path, "while True: sys.stdout.buffer.write(bytes(65536))")

    with pytest.raises(ChildFailed, match="too long"):
        await run_child(endless, limits=limits())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds address space")
async def test_one_that_eats_memory_gets_none(tmp_path: Path) -> None:
    greedy = script(tmp_path, f"bytearray({600 * MIB})", "print('ate it')")

    with pytest.raises(ChildFailed, match="ended with 1"):
        await run_child(greedy, limits=limits())
    assert await run_child(greedy, limits=limits(memory=2048 * MIB)) == b"ate it\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows holds no processor time")
async def test_one_that_burns_time_is_ended_by_the_platform(tmp_path: Path) -> None:
    told = script(tmp_path, "import resource", "print(resource.getrlimit(resource.RLIMIT_CPU))")

    assert await run_child(told, limits=limits(seconds=7.5)) == b"(8, 8)\n"


async def test_inherits_no_secrets_and_no_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "canary")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    nosy = script(tmp_path, "print(sorted(os.environ), sys.path)")

    answer = (await run_child(nosy, limits=limits())).decode()

    assert "DISCORD_TOKEN" not in answer
    assert str(tmp_path) not in answer


async def test_a_cancelled_one_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    os.mkfifo(note) if hasattr(os, "mkfifo") else pytest.skip("needs a named pipe")
    tell = f"open({str(note)!r}, 'w').write(str(os.getpid()))"
    running = asyncio.create_task(
        run_child(script(tmp_path, tell, "time.sleep(600)"), limits=limits())
    )
    pid = int(await asyncio.to_thread(note.read_text))

    running.cancel()
    await asyncio.wait([running])

    assert running.cancelled()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIG_DFL)


async def test_one_that_is_forked_has_its_modules_already(tmp_path: Path, way: str) -> None:
    told = script(tmp_path, "print('colorsys' in sys.modules, 'asyncio' in sys.modules)")

    answer = await run_child(told, limits=limits())

    assert answer == f"{forks(way)} False\n".encode()


def forks(way: str) -> bool:
    return way == "forked" and sys.platform == "linux"


async def test_many_at_once_are_each_answered(tmp_path: Path) -> None:
    echo = script(tmp_path, "print(sys.argv[1] + sys.stdin.read())")

    answers = await asyncio.gather(
        *(run_child(echo, str(n), given=b"!", limits=limits()) for n in range(40))
    )

    assert answers == [f"{n}!{os.linesep}".encode() for n in range(40)]


async def test_each_is_the_script_and_leads_a_group_of_its_own(tmp_path: Path, way: str) -> None:
    told = script(
        tmp_path,
        "from dataclasses import dataclass",
        "@dataclass",
        "class Point:",
        "    x: 'int'",
        "print(__name__, __file__, Point(x=1), os.getpgid(0) == os.getpid())",
    )

    answer = (await run_child(told, limits=limits())).decode()

    assert answer.startswith(f"__main__ {told} Point(x=1)")
    assert not forks(way) or answer.endswith("True\n")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
async def test_holds_nothing_open_of_others_or_of_ours(tmp_path: Path, way: str) -> None:
    told = script(tmp_path, "print(sorted(os.listdir('/proc/self/fd')))")

    answers = await asyncio.gather(*(run_child(told, limits=limits()) for _ in range(10)))

    # The last one lists the folder; before it there is the line of one that is forked.
    held = ["0", "1", "2", "3", *(["4"] if forks(way) else [])]
    assert set(answers) == {f"{held}\n".encode()}
