"""The process from which children are forked: it loads modules, and then only forks and waits.

Run as `python -I zygote.py SOCKET MODULE-OR-SCRIPT…`; standard library only. It reads no
file but the program's own, and nothing that a child writes; each child takes on its limits before
it looks at anything.
"""

import atexit
import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NoReturn

_MOST = 1 << 16
"""Bytes of an order."""
_DIE_WITH_PARENT = 1
"""Linux's PR_SET_PDEATHSIG."""
_libc = ctypes.CDLL(None)
_take_on = runpy.run_path(str(Path(__file__).with_name("limited.py")))["take_on"]


class Zygote:
    """Forks whatever is ordered; ends when nobody is left to order anything."""

    def __init__(self, orders: socket.socket, ready: Mapping[str, Callable[[], None]]) -> None:
        """Take where orders come from, and the scripts that are loaded, by path."""
        self._ready = ready
        self._orders = orders
        self._news = selectors.DefaultSelector()
        self._news.register(orders, selectors.EVENT_READ, self._hear)
        self._lines: dict[int, socket.socket] = {}
        """To whoever waits for each child's end."""
        self._scripts: dict[str, CodeType] = {}
        self._deaths, wakeup = socket.socketpair()
        self._deaths.setblocking(False)
        wakeup.setblocking(False)
        self._wakeup = wakeup
        self._news.register(self._deaths, selectors.EVENT_READ, self._bury)

    def run(self) -> NoReturn:
        """Hear orders, and of deaths."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wakeup.fileno(), warn_on_full_buffer=False)
        while True:
            for key, _ in self._news.select():
                key.data()

    def _hear(self) -> None:
        said, files, _, _ = socket.recv_fds(self._orders, _MOST, 3)
        if not said:  # the bot is gone; what it waited for goes with this process
            os._exit(0)
        order = json.loads(said)
        script = self._ready.get(order["script"]) or partial(_run, self._compiled(order["script"]))
        pid = os.fork()
        if pid == 0:
            self._become(order, script, files)
        given, answer, line = files
        os.close(given)
        os.close(answer)
        held = self._lines[pid] = socket.socket(fileno=line)
        self._news.register(held, selectors.EVENT_READ, partial(self._let_go, pid))

    def _compiled(self, path: str) -> CodeType:
        """The script; compiled once, since it is a part of the program and does not change."""
        if path not in self._scripts:
            self._scripts[path] = compile(Path(path).read_bytes(), path, "exec")
        return self._scripts[path]

    def _let_go(self, pid: int) -> None:
        """Nobody waits for it any more."""
        self._news.unregister(self._lines[pid])
        _kill(pid)

    def _bury(self) -> None:
        with suppress(BlockingIOError):
            self._deaths.recv(_MOST)
        while self._lines:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            line = self._lines.pop(pid)
            with suppress(KeyError):  # it was let go of
                self._news.unregister(line)
            with line, suppress(OSError):
                line.send(str(os.waitstatus_to_exitcode(status)).encode())

    def _become(
        self, order: dict[str, Any], script: Callable[[], None], files: list[int]
    ) -> NoReturn:
        """Be the child, in a group of its own and with nothing open but its two ends."""
        code = 1
        try:
            os.setsid()
            _libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(files[0], 0)
            os.dup2(files[1], 1)
            os.closerange(3, 3 + max(*files, *self._open()))
            _take_on(order["memory"], order["seconds"])
            code = _ran(script, [order["script"], *order["arguments"]])
        finally:
            os._exit(code)

    def _open(self) -> list[int]:
        held = [self._orders, self._deaths, self._wakeup, *self._lines.values()]
        return [self._news.fileno(), *(each.fileno() for each in held)]


def _kill(pid: int) -> None:
    """And all that it started; it is not buried yet, so its number is still its own."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _ran(script: Callable[[], None], arguments: list[str]) -> int:
    """Run it as `python SCRIPT` would, and return its exit code."""
    sys.argv = arguments
    code = 0
    try:
        script()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 (an uncaught one ends a script with 1)
        code = 1
    atexit._run_exitfuncs()  # noqa: SLF001 (what `os._exit` leaves out; tests measure by it)
    sys.stdout.flush()
    return code


def _run(script: CodeType) -> None:
    main = sys.modules["__main__"] = ModuleType("__main__")
    main.__file__ = sys.argv[0]
    exec(script, main.__dict__)  # noqa: S102 (one of ours)


def _loaded(path: Path) -> Callable[[], None]:
    """The `main` of a script, which may make itself `warm` before."""
    module = sys.modules[path.stem] = ModuleType(path.stem)
    exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)  # noqa: S102 (as above)
    if warm := getattr(module, "warm", None):
        warm()
    main: Callable[[], None] = module.main
    return main


def main() -> None:
    """Load what was asked for, then wait."""
    number, *names = sys.argv[1:]
    ready = {}
    for name in names:
        with suppress(ImportError):  # a child that needs it says so
            if name.endswith(".py"):
                ready[name] = _loaded(Path(name))
            else:
                importlib.import_module(name)
    gc.collect()
    gc.freeze()  # or the first collection in each child copies every page
    Zygote(socket.socket(fileno=int(number)), ready).run()


if __name__ == "__main__":
    main()
