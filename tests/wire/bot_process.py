"""The bot as a process: real settings in its environment, a data folder, signals, an exit code."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import text

from storage.engine import parse, server_engine
from tests.wire.discord_server import LoopbackDiscord

_ROOT = Path(__file__).parents[2]
_RUN_BOT = Path(__file__).with_name("run_bot.py")
_PATIENCE = 60.0

T = TypeVar("T")


class BotProcess:
    """`python -m bot run` against a loopback Discord, started on entering.

    Leaving kills what still runs; a test that wants to see a clean end calls `stop`. `python` is
    the command that becomes the interpreter, with fewer rights perhaps.
    """

    def __init__(
        self,
        server: LoopbackDiscord,
        folder: Path,
        settings: Mapping[str, str],
        *,
        python: Sequence[str] = (sys.executable,),
        program: Sequence[str] = (str(_RUN_BOT), "run"),
    ) -> None:
        """Take where it works; another `program` is a bot to compare this one with."""
        self._server = server
        self._command = (*python, *program)
        self.database = folder / "clapper.db"
        """Of SQLite, unless the settings name another."""
        self._folder = folder
        self._log = folder / "bot.log"
        self._environment = {
            **_inherited(),
            "PYTHONPATH": str(_ROOT),
            "HOME": str(folder),
            "WIRE_API": server.api_url,
            "WIRE_GATEWAY": server.gateway_url,
            "DISCORD_TOKEN": server.world.token,
            "DATA_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "LOG_FORMAT": "json",
            **settings,
        }
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._running.returncode is None:
            self._running.kill()
            await self._running.wait()
        if error is None:
            assert self._server.unguarded() == [], "the bot left it to Discord whom to notify"
        else:
            error.add_note(f"the bot said:\n{self.log[-6000:]}")

    @property
    def log(self) -> str:
        """Everything it wrote."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def pid(self) -> int:
        """Of the running process."""
        return self._running.pid

    @property
    def _running(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "not started"
        return self._process

    async def alive(self, awaited: Awaitable[T]) -> T:
        """The result of `awaited`, unless the bot ends before it is there.

        Raises:
            AssertionError: the bot ended.
        """
        work = asyncio.ensure_future(awaited)
        end = asyncio.create_task(self._running.wait())
        await asyncio.wait({work, end}, return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        if not work.done():
            work.cancel()
            await asyncio.wait({work})
            raise AssertionError(f"the bot ended with {self._running.returncode}")
        return work.result()

    async def stop(self) -> int:
        """Sends SIGTERM and returns the exit code."""
        self.ask_to_stop()
        return await self.ended()

    def ask_to_stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Sends SIGTERM, or what Ctrl-C sends."""
        self._running.send_signal(number)

    async def says(self, event: str) -> None:
        """Returns once the log has it."""
        async with asyncio.timeout(_PATIENCE):
            while event not in self.log:  # noqa: ASYNC110 (another process writes it)
                await asyncio.sleep(0.02)

    async def ended(self) -> int:
        """Waits until it ends and returns the exit code."""
        async with asyncio.timeout(_PATIENCE):
            return await self._running.wait()

    async def rows(self, query: str) -> list[Any]:
        """The first column of what the bot's database answers, by a connection of its own."""
        url = self._environment["DATABASE_URL"]
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
                return [row[0] for row in database.execute(query)]
        engine = server_engine(parse(url))
        try:
            async with engine.connect() as connection:
                return list((await connection.execute(text(query))).scalars())
        finally:
            await engine.dispose()

    async def health(self) -> int:
        """The exit code of `python -m bot health` with the same settings."""
        return await self.beside("health")

    async def beside(self, *command: str) -> int:
        """The exit code of another command with the same settings, while the bot runs."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *command),
            cwd=self._folder,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            return await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def health_becomes(self, code: int) -> None:
        """Returns once `health` ends so; the bot writes its sign of life every few seconds."""
        async with asyncio.timeout(_PATIENCE):
            while await self.health() != code:
                pass


def _inherited() -> dict[str, str]:
    """What a process needs from ours; none of the operator's own settings."""
    names = ("PATH", "LANG", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")
    return {
        name: value for name, value in os.environ.items() if name in names or name.startswith("COV")
    }
