"""What is remembered for a while only: recent facts, and how late events have come lately."""

from collections import deque
from datetime import timedelta


class Recent:
    """The last `size` strings that were added."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._items: dict[str, None] = {}

    def add(self, item: str) -> None:
        """Remember it as the newest; forget the oldest when there is no room."""
        self._items.pop(item, None)
        self._items[item] = None
        if len(self._items) > self._size:
            del self._items[next(iter(self._items))]

    def __contains__(self, item: str) -> bool:
        return item in self._items

    def __len__(self) -> int:
        return len(self._items)


class Arrivals:
    """How late events come, whatever lies between Discord's clock and this machine's.

    The least age among the last events stands for the difference of the clocks: a clock that is
    wrong by seconds must not make every event look old.
    """

    def __init__(self, size: int = 20) -> None:
        self._ages: deque[timedelta] = deque(maxlen=size)

    def lateness(self, age: timedelta) -> timedelta:
        """How much later than usual an event of that age has come."""
        self._ages.append(age)
        return age - min(self._ages)
