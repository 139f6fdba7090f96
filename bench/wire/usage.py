"""What a process and its children use, as Linux counts it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Of one moment; the difference of two is what happened between them."""

    own: float
    """Seconds of processor time of the process itself."""
    children: float
    """The same of all that it started, alive or not."""
    memory: int
    """Bytes of the process itself that are in memory."""

    def since(self, before: "Usage") -> "Usage":
        return Usage(
            own=self.own - before.own,
            children=self.children - before.children,
            memory=self.memory - before.memory,
        )


def usage(pid: int) -> Usage:
    """Of the process and all that it started."""
    fields = _stat(_PROC / str(pid)) or ["0"] * 50
    below = [stat for found in _below(pid) if (stat := _stat(found))]
    waited = sum(_seconds(stat, 13) for stat in below)
    return Usage(
        own=_seconds(fields, 11),
        children=_seconds(fields, 13) + waited + sum(_seconds(stat, 11) for stat in below),
        memory=int(fields[21]) * os.sysconf("SC_PAGESIZE"),
    )


def _seconds(stat: list[str], first: int) -> float:
    """In user mode and in the kernel: of the process, or of what it has waited for."""
    return (int(stat[first]) + int(stat[first + 1])) / _TICKS


def _stat(process: Path) -> list[str] | None:
    """What stands behind the name, which may hold anything; `None` when it is gone."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _below(pid: int) -> Iterator[Path]:
    """The children of a process, and theirs."""
    for found in _PROC.glob("[0-9]*"):
        if (stat := _stat(found)) and int(stat[1]) == pid:
            yield found
            yield from _below(int(found.name))
