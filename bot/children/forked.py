"""Children forked from a process that has loaded what they need: the bot's side of it.

That process, the zygote, starts with the first child, meets no file itself, and hears orders on
one socket. With each order go three more: what the child reads, what it writes, and a line on
which it tells how it ended, or the zygote does when it cannot. Whoever lets go of the line has
the child killed, so that none outlives the bot.
"""

import asyncio
import json
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.children.child import ChildLimits
from bot.children.spawned import environment

_ENTRY = Path(__file__).with_name("zygote.py")
GOODBYE_SECONDS = 5.0
_LOST = (BrokenPipeError, ConnectionResetError, ConnectionRefusedError)


class ZygoteGone(Exception):
    """The process from which children are forked was lost, and the child with it."""


class Zygote:
    """Where children come from; to be entered, since it owns a process."""

    possible = sys.platform == "linux"
    """Elsewhere there is no fork, or what is loaded does not bear it."""

    def __init__(self, loaded: Sequence[str]) -> None:
        """Take what it loads: modules by name, and scripts with a `main` by path."""
        self._loaded = loaded
        self._process: Process | None = None
        self._orders: socket.socket | None = None
        self._alone = asyncio.Lock()
        """Held for each order, which may have to wait for its place on the socket."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._give_up()

    async def fork(self, script: Path, arguments: Sequence[str], limits: ChildLimits) -> "Forked":
        """Start `script` under its limits.

        Raises:
            ZygoteGone: it died before; the next child gets another one.
        """
        order = {
            "script": str(script),
            "arguments": list(arguments),
            "memory": limits.memory,
            "seconds": int(limits.seconds) + 1,
        }
        async with self._alone:
            return await self._ordered(json.dumps(order).encode(), await self._started())

    async def _ordered(self, order: bytes, orders: socket.socket) -> "Forked":
        pairs = [socket.socketpair() for _ in range(3)]
        try:
            await _sent(orders, order, [theirs.fileno() for _, theirs in pairs])
        except _LOST as error:
            _close(ours for ours, _ in pairs)
            await self._give_up()
            raise ZygoteGone from error
        except BaseException:
            _close(ours for ours, _ in pairs)
            raise
        finally:
            _close(theirs for _, theirs in pairs)
        return Forked(*(ours for ours, _ in pairs))

    async def _started(self) -> socket.socket:
        if self._orders is not None:
            return self._orders
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self._orders = ours  # closed by `_give_up`, also when the process does not start
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", str(_ENTRY), str(theirs.fileno()), *self._loaded),
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=DEVNULL,
                env=environment(),
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        return ours

    async def _give_up(self) -> None:
        """Without anybody to take orders from it ends by itself, and its children with it."""
        if self._orders is not None:
            self._orders.close()
            self._orders = None
        if self._process is None:
            return
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._process = None


async def _sent(orders: socket.socket, order: bytes, files: Sequence[int]) -> None:
    while True:
        try:
            socket.send_fds(orders, [order], files)
        except BlockingIOError:
            await _room(orders)
        else:
            return


async def _room(orders: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    room = asyncio.Event()
    loop.add_writer(orders, room.set)
    try:
        await room.wait()
    finally:
        loop.remove_writer(orders)


def _close(ends: Iterable[socket.socket]) -> None:
    for end in ends:
        end.close()


class Forked:
    """One that runs."""

    def __init__(self, given: socket.socket, answer: socket.socket, line: socket.socket) -> None:
        self._given, self._answer, self._line = given, answer, line
        self._over = False
        for end in (given, answer, line):
            end.setblocking(False)

    async def feed(self, given: bytes) -> None:
        """Give it this and nothing more."""
        try:
            await asyncio.get_running_loop().sock_sendall(self._given, given)
        finally:
            self._given.close()

    async def read(self) -> bytes:
        """The next bytes of its standard output; none at the end."""
        return await asyncio.get_running_loop().sock_recv(self._answer, 1 << 16)

    async def code(self) -> int:
        """Wait for its end, or for its word that it is at its end.

        Raises:
            ZygoteGone: nobody is left to tell it.
        """
        if not (told := await self._last_word()):
            raise ZygoteGone
        try:
            return int(told.split(b"\n")[0])
        except ValueError:  # it is not our script any more that tells it
            return 1

    async def end(self) -> None:
        """Kill it if it still runs, by letting go of the line."""
        self._given.close()
        self._answer.close()
        try:
            if not self._over:
                self._line.shutdown(socket.SHUT_WR)
                await self._last_word()
        finally:
            self._line.close()

    async def _last_word(self) -> bytes:
        """How it ended; nothing when the zygote ended with it."""
        told = await asyncio.get_running_loop().sock_recv(self._line, 16)
        self._over = True
        return told
