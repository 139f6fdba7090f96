"""Child processes for files that strangers made: limited, timed, and without secrets.

A child is one script file that imports no part of the bot; it reads its standard input and its
arguments and writes one answer to its standard output.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass
from pathlib import Path

_ENTRY = Path(__file__).with_name("limited.py")
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "TEMP", "TMPDIR", "COVERAGE_PROCESS_CONFIG")
"""All that a child inherits: what its platform needs to start, and the tests to measure it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLimits:
    """What one child may use up; memory and processor time are held where the platform can."""

    seconds: float
    """From its start to its last byte."""
    memory: int
    """Bytes of address space."""
    output: int
    """Bytes on its standard output."""


class ChildFailed(Exception):
    """The child gave no answer: it crashed, was killed, or said more than it may."""


class ChildOverran(ChildFailed):
    """The child was killed because its time was over."""


async def run_child(
    script: Path, *arguments: str, given: bytes = b"", limits: ChildLimits
) -> bytes:
    """Run `script` in a child process, feed it `given`, and return its standard output.

    Raises:
        ChildOverran: it took longer than its limit.
        ChildFailed: it ended with another code than 0, or its output is too long.
    """
    process = await _start(script, arguments, limits)
    try:
        async with asyncio.timeout(limits.seconds):
            answer = await _talk(process, given, limits.output)
            code = await process.wait()
    except TimeoutError as late:
        raise ChildOverran(script.name) from late
    finally:
        await _end(process)
    if code:
        raise ChildFailed(f"{script.name} ended with {code}")
    return answer


async def _start(script: Path, arguments: tuple[str, ...], limits: ChildLimits) -> Process:
    allowed = (str(limits.memory), str(int(limits.seconds) + 1))
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_ENTRY),
        *allowed,
        str(script),
        *arguments,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
    )


async def _talk(process: Process, given: bytes, limit: int) -> bytes:
    feeding = asyncio.ensure_future(_feed(process, given))
    try:
        return await _read(process, limit)
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)


async def _feed(process: Process, given: bytes) -> None:
    assert process.stdin
    process.stdin.write(given)
    await process.stdin.drain()
    process.stdin.close()


async def _read(process: Process, limit: int) -> bytes:
    assert process.stdout
    answer = bytearray()
    while piece := await process.stdout.read(1 << 16):
        answer += piece
        if len(answer) > limit:
            raise ChildFailed("its output is too long")
    return bytes(answer)


async def _end(process: Process) -> None:
    """Kill it if it still runs, and read its pipes to their end: only then are they closed."""
    if process.returncode is None:
        process.kill()
    assert process.stdin
    process.stdin.close()
    await process.communicate()
