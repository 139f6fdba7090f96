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
from types import ModuleType
from typing import Any, NoReturn

_MOST = 1 << 16
"""Bytes of an order."""
_DIE_WITH_PARENT = 1
"""Linux's PR_SET_PDEATHSIG."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""glibc's M_TRIM_THRESHOLD and M_MMAP_THRESHOLD."""
_LINE = 3
"""Where a child itself tells how it ended: its process takes 3 ms to go, for which nobody waits."""
_libc = ctypes.CDLL(None)
_take_on = runpy.run_path(str(Path(__file__).with_name("limited.py")))["take_on"]


class Zygote:
    """Forks whatever is ordered; ends when nobody is left to order anything.

    The next child is forked before it is ordered: until then it makes its own what it will touch,
    page by page, which takes longer than most of its work.
    """

    def __init__(self, orders: socket.socket, ready: Mapping[str, ModuleType]) -> None:
        """Take where orders come from, and the scripts that are loaded, by path."""
        self._ready = ready
        self._orders = orders
        self._news = selectors.DefaultSelector()
        self._news.register(orders, selectors.EVENT_READ, self._hear)
        self._lines: dict[int, socket.socket] = {}
        """To whoever waits for each child's end."""
        self._next: list[tuple[int, socket.socket]] = []
        """The child that waits, and where it hears its order; none where none could be forked."""
        self._deaths, wakeup = socket.socketpair()
        self._deaths.setblocking(False)
        wakeup.setblocking(False)
        self._wakeup = wakeup
        self._news.register(self._deaths, selectors.EVENT_READ, self._bury)

    def run(self) -> NoReturn:
        """Hear orders, and of deaths."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wakeup.fileno(), warn_on_full_buffer=False)
        with suppress(OSError):
            self._prepare()
        while True:
            for key, _ in self._news.select():
                key.data()

    def _hear(self) -> None:
        said, files, _, _ = socket.recv_fds(self._orders, _MOST, 3)
        if not said:  # the bot is gone; what it waited for goes with this process
            os._exit(0)
        given, answer, line = files
        try:
            pid = self._hand_over(said, files)
        except OSError:  # no process is to be had: its line, closed, tells so
            os.close(line)
            return
        finally:
            os.close(given)
            os.close(answer)
        held = self._lines[pid] = socket.socket(fileno=line)
        self._news.register(held, selectors.EVENT_READ, partial(self._let_go, pid))
        with suppress(OSError):  # then the next order tries once more
            self._prepare()

    def _hand_over(self, order: bytes, files: list[int]) -> int:
        """To the child that waits, or to a new one where none does or somebody has killed it."""
        while self._next:
            pid, child = self._next.pop()
            with child, suppress(OSError):
                socket.send_fds(child, [order], files)
                return pid
        self._prepare()
        pid, child = self._next.pop()
        with child:
            socket.send_fds(child, [order], files)
        return pid

    def _prepare(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            pid = os.fork()
        except OSError:
            ours.close()
            theirs.close()
            raise
        if pid == 0:
            with suppress(OSError):
                ours.close()
                self._wait(theirs)
            os._exit(1)
        theirs.close()
        self._next = [(pid, ours)]

    def _wait(self, orders: socket.socket) -> None:
        _libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        for script in self._ready.values():
            _make_warm(script)
        said, files, _, _ = socket.recv_fds(orders, _MOST, 3)
        if said:
            orders.close()
            self._become(json.loads(said), files)

    def _let_go(self, pid: int) -> None:
        """Nobody waits for it any more."""
        if line := self._lines.get(pid):  # else it was buried in the same moment
            self._news.unregister(line)
            _kill(pid)

    def _bury(self) -> None:
        with suppress(BlockingIOError):
            self._deaths.recv(_MOST)
        while self._lines:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            if line := self._lines.pop(pid, None):  # else it was the one that waits
                self._tell(line, os.waitstatus_to_exitcode(status))

    def _tell(self, line: socket.socket, code: int) -> None:
        with suppress(KeyError):  # it was let go of
            self._news.unregister(line)
        with line, suppress(OSError):
            line.send(b"%d\n" % code, socket.MSG_DONTWAIT)  # a child can fill it

    def _become(self, order: dict[str, Any], files: list[int]) -> NoReturn:
        """Be the child, in a group of its own and with nothing open but its three ends."""
        code = 1
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(files[0], 0)
            os.dup2(files[1], 1)
            os.dup2(files[2], _LINE, inheritable=False)
            os.closerange(_LINE + 1, 1 + max(_LINE, *files, *self._open()))
            _take_on(order["memory"], order["seconds"])
            loaded = self._ready.get(order["script"])
            run = loaded.main if loaded else _run
            code = _ran(run, [order["script"], *order["arguments"]])
        finally:
            with suppress(OSError):
                os.close(1)
                os.write(_LINE, b"%d\n" % code)
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


def _run() -> None:
    _load(sys.argv[0], "__main__")


def _load(path: str, name: str) -> ModuleType:
    module = sys.modules[name] = ModuleType(name)
    module.__file__ = path
    exec(compile(Path(path).read_bytes(), path, "exec"), module.__dict__)  # noqa: S102 (one of ours)
    return module


def _keep_memory() -> None:
    """Let glibc use again what was given back: a page that is new to a process takes it 3 µs."""
    if mallopt := getattr(_libc, "mallopt", None):
        mallopt(_MMAP_THRESHOLD, 32 << 20)
        mallopt(_TRIM_THRESHOLD, 1 << 30)


def _make_warm(script: ModuleType) -> None:
    """Let it do once what takes long the first time, if it knows how and it can be done here."""
    with suppress(Exception):
        getattr(script, "warm", int)()


def main() -> None:
    """Load what was asked for, then wait."""
    number, *names = sys.argv[1:]
    _keep_memory()
    ready = {}
    for name in names:
        with suppress(ImportError):  # a child that needs it says so
            if name.endswith(".py"):
                ready[name] = _load(name, Path(name).stem)
                _make_warm(ready[name])
            else:
                importlib.import_module(name)
    gc.collect()
    gc.freeze()  # or the first collection in each child copies every page
    Zygote(socket.socket(fileno=int(number)), ready).run()


if __name__ == "__main__":
    main()
