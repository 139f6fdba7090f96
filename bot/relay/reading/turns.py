"""The choices of a stream: what each of them says, apart from the one text that all make."""

from bot.relay.reading.transcript import Mender, Transcript

MAX_CHOICES = 8
"""Choices of one stream; who numbers further numbers chunks."""
_MAX_TEXT = 32 << 10
"""Bytes of one choice that are kept."""


class Turns:
    """Keeps choices apart by their index; costs nothing while there is only the first.

    An index alone proves nothing: some relays count chunks by it, some give the end of their one
    text another. Choices are told apart when one speaks again after another, or when several end
    on their own.
    """

    def __init__(self) -> None:
        self._texts: dict[int, tuple[Mender, Transcript]] = {}
        self._current = 0
        self._apart = False
        self._ended: set[int] = set()
        self._counting = False

    def hear(self, index: object, piece: str, so_far: Transcript) -> None:
        """Take a piece of the choice `index`; `so_far` is what all have said before it."""
        if (not index and not self._texts) or self._counting or not piece:
            return
        if not self._texts and (first := so_far.text):
            self._add(0, first)
        turn = self._turn(index)
        self._apart = self._apart or (turn != self._current and turn in self._texts)
        self._current = turn
        self._add(turn, piece)
        if len(self._texts) > MAX_CHOICES:
            self._counting = True
            self._texts.clear()

    def end(self, index: object) -> None:
        """A choice says that it has ended."""
        if len(self._ended) <= MAX_CHOICES:
            self._ended.add(self._turn(index))

    @property
    def texts(self) -> list[str]:
        """The texts of the choices by their numbers, when there are several."""
        several = self._apart or len(self._ended & self._texts.keys()) > 1
        return [self._texts[turn][1].text for turn in sorted(self._texts)] if several else []

    def _turn(self, index: object) -> int:
        return index if isinstance(index, int) else self._current

    def _add(self, turn: int, piece: str) -> None:
        mend, text = self._texts.setdefault(turn, (Mender(), Transcript(_MAX_TEXT)))
        text.add(mend(piece))
