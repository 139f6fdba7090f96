"""How fast the bot's own requests may follow each other, over all channels together."""

import asyncio


class Tempo:
    """Lets so many through in a second, evenly and in the order in which they came.

    Discord takes 50 requests of a bot in a second, first answers and edits by a token aside;
    discord.py only hears of that when it is too late, and gives a message up after five refusals.
    """

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._line = asyncio.Lock()
        self._next = 0.0

    async def turn(self) -> None:
        """Return when one more may be sent; who was held up makes nobody hurry after."""
        clock = asyncio.get_running_loop().time
        async with self._line:
            await asyncio.sleep(max(self._next - clock(), 0))
            self._next = clock() + self._gap
