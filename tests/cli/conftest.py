"""The command line as an operator starts it: a process of its own, an empty folder, no settings."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.cli.relay import Relay

ROOT = Path(__file__).parents[2]
PATIENCE = 60
_INHERITED = ("PATH", "SYSTEMROOT", "TEMP", "TMPDIR", "COVERAGE_PROCESS_CONFIG")


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A process that is over."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Clapper: TypeAlias = Callable[..., Awaitable[Ended]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the process works."""
    return tmp_path


@pytest.fixture
def clapper(folder: Path) -> Clapper:
    """Runs `python -m bot …` with these settings and no others."""

    async def run(*arguments: str, **settings: str) -> Ended:
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        own = {"HOME": str(folder), "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            cwd=folder,
            env={**inherited, **own, **settings},
            stdout=PIPE,
            stderr=PIPE,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        return Ended(code=process.returncode or 0, out=out.decode(), err=err.decode())

    return run


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    """A relay on loopback that says what the test tells it to."""
    async with Relay() as running:
        yield running
