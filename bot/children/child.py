"""What a child may use up, how it fails, and what can be done with one that runs."""

from dataclasses import dataclass
from typing import Protocol


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


class Child(Protocol):
    """One that runs."""

    async def feed(self, given: bytes) -> None:
        """Give it this and nothing more; ends early when it does not want to read."""

    async def read(self) -> bytes:
        """The next bytes of its standard output; none at the end."""

    async def code(self) -> int:
        """Wait for its end; 0 is a good one."""

    async def end(self) -> None:
        """Kill it if it still runs, and let go of everything that belongs to it."""
