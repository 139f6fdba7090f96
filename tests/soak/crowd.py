"""Members who ask for videos at random moments, and a Discord that answers badly now and then."""

import asyncio
import io
from collections.abc import Mapping
from random import Random
from typing import Literal

from PIL import Image

from bot.demo.scenarios import Scenario
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.state import Channel, Guild, Member, Message

MEMBERS = 12
RELAY: Mapping[str, Scenario] = {
    "plain": Scenario.DETACHED,
    "breaking": Scenario.CUT,
    "ticketed": Scenario.TICKET,
    "failing": Scenario.FAILED,
    "refused": Scenario.MODERATION,
}
"""What the relay does with a prompt that has the word."""
_WORDS = ("plain",) * 14 + ("breaking", "ticketed", "ticketed", "failing", "refused")
_WITH_IMAGE = 0.1
_STATUSES: tuple[int | Literal["reset"], ...] = (500, 502, "reset")


_STUMBLES = (
    ("PATCH", "/webhooks/*"),
    ("POST", "/channels/*"),
    ("PATCH", "*"),
    ("GET", "/webhooks/*"),
    ("POST", "/interactions/*"),
    ("DELETE", "*"),
)
_CANCELS = 0.1
"""Of those who ask think better of it."""


class Crowd:
    """Everybody on one server; each prompt is asked for once."""

    def __init__(self, server: LoopbackDiscord, chance: Random) -> None:
        self._server = server
        self._chance = chance
        guild = server.guild()
        self._channel: Channel = server.channel(guild)
        self._members = [self._member(guild, number) for number in range(MEMBERS)]
        self.asked = 0

    async def ask(self, count: int, *, within: float) -> None:
        """Ask so many times within so many seconds, whether or not anybody answers."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(count):
                    group.create_task(self._ask_once(self._chance.random() * within))
        except* AssertionError:
            pass  # nobody was on the gateway any more: the event is lost, as on Discord

    def misbehave(self) -> None:
        """Let some of the bot's next requests fail; half of them take effect all the same."""
        for method, path in _STUMBLES:
            status = self._chance.choice(_STATUSES)
            applied = self._chance.random() < 1 / 2
            times = self._chance.randrange(3)
            self._server.fault(method, path, status=status, times=times, applied=applied)

    async def _ask_once(self, after: float) -> None:
        await asyncio.sleep(after)
        self.asked += 1
        options: dict[str, str | tuple[str, bytes]] = {
            "prompt": f"{self._chance.choice(_WORDS)} video number {self.asked}"
        }
        if self._chance.random() < _WITH_IMAGE:
            options["image"] = ("boat.png", _picture())
        member, doubts = self._chance.choice(self._members), self._chance.random() < _CANCELS
        event = await self._server.slash(member, self._channel, "video", **options)
        if doubts and event.original_id:
            await asyncio.sleep(self._chance.random())
            await self._cancel(member, self._server.original(event))

    async def _cancel(self, member: Member, card: Message) -> None:
        if "Cancel" in card.buttons:
            await self._server.click(member, card, "Cancel")

    def _member(self, guild: Guild, number: int) -> Member:
        return self._server.member(guild, member_id=300 + number)


def _picture() -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((64, 48)).convert("RGB").save(file, "PNG")
    return file.getvalue()
