"""What is remembered for a while only."""


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

    def forget(self, item: str) -> None:
        """Remember it no more."""
        self._items.pop(item, None)

    def __contains__(self, item: str) -> bool:
        return item in self._items

    def __len__(self) -> int:
        return len(self._items)
