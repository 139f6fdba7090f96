"""The text that a relay wrote: kept whole up to a limit, its middle given up beyond that."""

from collections import deque

MAX_TEXT = 256 << 10
"""Bytes (UTF-8) of assistant text that are kept."""


class Transcript:
    """Collects pieces of text; head and tail stay when there is more than `limit` bytes.

    The head holds what a continuation needs, the tail the result: both ends matter.
    """

    def __init__(self, limit: int = MAX_TEXT) -> None:
        self._half = limit // 2
        self._head: list[str] = []
        self._head_size = 0
        self._tail: deque[tuple[str, int]] = deque()
        self._tail_size = 0

    def add(self, piece: str) -> None:
        """Append one piece."""
        size = len(piece) if piece.isascii() else len(piece.encode())
        if not self._tail and self._head_size + size <= self._half:
            self._head.append(piece)
            self._head_size += size
            return
        if size > self._half:
            piece = piece.encode()[-self._half :].decode("utf-8", "ignore")
            size = len(piece.encode())
        self._tail.append((piece, size))
        self._tail_size += size
        while self._tail_size > self._half:
            self._tail_size -= self._tail.popleft()[1]

    @property
    def text(self) -> str:
        """What was kept."""
        return "".join([*self._head, *(piece for piece, _ in self._tail)])


class Mender:
    """Makes text fit to be stored: pairs of surrogates that were cut apart, lone ones, NUL."""

    def __init__(self) -> None:
        self._high = ""

    @property
    def holds(self) -> bool:
        """Whether half a character is waiting."""
        return bool(self._high)

    def __call__(self, piece: str) -> str:
        """The piece, with half a character held back until its other half arrives."""
        piece = self._high + piece
        self._high = ""
        if _fit(piece):
            return piece
        if "\ud800" <= piece[-1] <= "\udbff":
            piece, self._high = piece[:-1], piece[-1]
        whole = piece.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return whole.replace("\0", "")


def _fit(piece: str) -> bool:
    if "\0" in piece:
        return False
    try:
        return piece.isascii() or bool(piece.encode())  # faster than a search for half characters
    except UnicodeEncodeError:
        return False
