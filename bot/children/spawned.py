"""A child that is a fresh process: nothing of ours is in its memory, and it starts slowly."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from pathlib import Path

from bot.children.child import ChildLimits

_ENTRY = Path(__file__).with_name("limited.py")
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "TEMP", "TMPDIR", "COVERAGE_PROCESS_CONFIG")
"""All that a child inherits: what its platform needs to start, and the tests to measure it."""


def environment() -> dict[str, str]:
    """Of every child: without secrets."""
    return {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}


async def spawn(script: Path, arguments: Sequence[str], limits: ChildLimits) -> "Spawned":
    """Start `script` under its limits."""
    allowed = (str(limits.memory), str(int(limits.seconds) + 1))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_ENTRY),
        *allowed,
        str(script),
        *arguments,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env=environment(),
    )
    return Spawned(process)


class Spawned:
    """One that runs."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def feed(self, given: bytes) -> None:
        """Give it this and nothing more."""
        assert self._process.stdin
        self._process.stdin.write(given)
        await self._process.stdin.drain()
        self._process.stdin.close()

    async def read(self) -> bytes:
        """The next bytes of its standard output; none at the end."""
        assert self._process.stdout
        return await self._process.stdout.read(1 << 16)

    async def code(self) -> int:
        """Wait for its end."""
        return await self._process.wait()

    async def end(self) -> None:
        """Kill it if it still runs, and read its pipes to their end: only then are they closed."""
        if self._process.returncode is None:
            self._process.kill()
        assert self._process.stdin
        self._process.stdin.close()
        await self._process.communicate()
