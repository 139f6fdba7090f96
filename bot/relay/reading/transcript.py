"""The text that a relay wrote: kept whole up to a limit, its middle given up beyond that."""

MAX_TEXT = 256 << 10
"""Bytes (UTF-8) of assistant text that are kept."""
_SETTLED = 1 << 16
"""Characters that are collected before they are joined to the rest."""


class Transcript:
    """Collects pieces of text; head and tail stay when there is more than `limit` bytes.

    The head holds what a continuation needs, the tail the result: both ends matter.
    """

    def __init__(self, limit: int = MAX_TEXT) -> None:
        self._half = limit // 2
        self._head, self._tail = bytearray(), bytearray()
        self._lost = False
        self._new: list[str] = []
        self._new_size = 0

    def add(self, piece: str) -> None:
        """Append one piece."""
        self._new.append(piece)
        self._new_size += len(piece)
        if self._new_size > _SETTLED:
            self._settle()

    @property
    def text(self) -> str:
        """What was kept."""
        self._settle()
        if self._lost:
            return self._head.decode("utf-8", "ignore") + self._tail.decode("utf-8", "ignore")
        return (self._head + self._tail).decode()

    def _settle(self) -> None:
        new = "".join(self._new).encode()
        self._new, self._new_size = [], 0
        room = self._half - len(self._head)
        self._head += new[:room]
        self._tail += new[room:]
        self._lost = self._lost or len(self._tail) > self._half
        del self._tail[: -self._half]


class Mender:
    """Makes text fit to be stored: pairs of surrogates that were cut apart, lone ones, NUL."""

    def __init__(self) -> None:
        self._high = ""

    def __call__(self, piece: str) -> str:
        """The piece, with half a character held back until its other half arrives."""
        if _fit(piece) and not self._high:
            return piece
        piece, self._high = self._high + piece, ""
        if piece and "\ud800" <= piece[-1] <= "\udbff":
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
