"""A card that its token alone reaches: the button that gives it another, and what it brings."""

import copy
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo.relay import SampleRelay
from bot.demo.scenarios import Scenario
from bot.domain.jobs import TOKEN_LIFE
from storage.database import Database
from storage.jobs import Jobs
from tests.demo.wire import SMALL
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.live import live
from tests.wire.stand import Clock, a_stand, until
from tests.wire.state import Channel, Interaction, Member, Message, walk

pytestmark = pytest.mark.unmeasured

BUTTON = "Get result"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A channel that the bot cannot view, where its commands work all the same."""

    server: LoopbackDiscord
    alice: Member
    bob: Member
    channel: Channel
    relay: SampleRelay
    clock: Clock
    folder: Path

    def at_work(self) -> AbstractAsyncContextManager[object]:
        return live(self.relay, self.folder, self.clock)

    async def asked(self, prompt: str, **options: bool) -> tuple[Interaction, Message]:
        event = await self.server.slash(self.alice, self.channel, "video", prompt=prompt, **options)
        return event, self.server.original(event)

    async def left_alone(self, prompt: str, **options: bool) -> Message:
        """A card with the button, whose token is dead, and whose relay has not answered."""
        event, card = await self.asked(prompt, **options)
        await self.server.wait_for(lambda: self.relay.posts)
        self.clock.forward(minutes=13)
        await self.server.wait_for(lambda: BUTTON in card.buttons)
        self.clock.forward(minutes=2)
        self.server.kill_token(event)
        return card

    def told(self, words: str) -> Message | None:
        """A private answer."""
        return next((m for m in self.server.messages if m.ephemeral and words in m.text), None)

    def direct(self, words: str) -> Message | None:
        channel = self.server.world.direct_channel(self.alice.id)
        mine = (m for m in self.server.messages if m.channel_id == channel.id)
        return next((m for m in mine if words in m.text), None)

    def entries(self) -> list[str]:
        return self.rows("SELECT kind FROM entries ORDER BY id")

    def rows(self, query: str) -> list[str]:
        database = f"file:{self.folder}/clapper.db?mode=ro"
        with closing(sqlite3.connect(database, uri=True)) as connection:
            return [value for (value,) in connection.execute(query)]


@pytest.fixture
async def room(
    server: LoopbackDiscord, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Room]:
    # A clock that jumps would make every worker look dead.
    for module in ("storage.jobs", "storage.leases"):
        monkeypatch.setattr(f"{module}.LEASE", timedelta(days=1))
    scenarios = {"cat": Scenario.DETACHED, "dog": Scenario.FAILED}
    async with SampleRelay(pace=0, film=SMALL, scenarios=scenarios) as relay:
        relay.gate.clear()
        yield Room(
            server=server,
            alice=place.alice,
            bob=server.member(place.guild, 301, name="Bob"),
            channel=server.channel(place.guild, 201, bot_can_view=False),
            relay=relay,
            clock=Clock(),
            folder=tmp_path,
        )


@pytest.fixture
def hidden(server: LoopbackDiscord, place: Place) -> Channel:
    return server.channel(place.guild, 201, bot_can_view=False)


async def test_the_button_comes_at_minute_13_though_nothing_else_changes(
    server: LoopbackDiscord, place: Place, hidden: Channel, tmp_path: Path
) -> None:
    async with a_stand(place, tmp_path) as stand:
        card = stand.card(hidden)
        stand.editor.offer(card.at(percent=1.0))
        await until(lambda: "1 %" in card.message.text)
        assert BUTTON not in card.message.buttons

        stand.clock.forward(minutes=13)
        await until(lambda: BUTTON in card.message.buttons)

        assert list(card.message.buttons) == ["Cancel", "Prompt", BUTTON]
        assert f"**{BUTTON}** brings the news here" in card.message.text
        assert stand.trail() == ["token 200"] * 2
        assert card.message.buttons[BUTTON]["custom_id"] == f"video:result:{card.state.job.id}"


async def test_it_comes_although_discord_is_unwell_for_a_while(
    server: LoopbackDiscord, place: Place, hidden: Channel, tmp_path: Path
) -> None:
    async with a_stand(place, tmp_path) as stand:
        card = stand.card(hidden)
        stand.editor.offer(card.at(percent=1.0))
        await until(lambda: "1 %" in card.message.text)
        server.fault("PATCH", "*", status="reset", times=7)  # more than progress is worth

        stand.clock.forward(minutes=13)
        await until(lambda: BUTTON in card.message.buttons)

        assert stand.trail()[1:] == ["token reset"] * 7 + ["token 200"]


async def test_a_card_that_the_bot_can_edit_needs_none(
    server: LoopbackDiscord, place: Place, tmp_path: Path
) -> None:
    async with a_stand(place, tmp_path) as stand:
        card = stand.card()
        stand.clock.forward(minutes=13, seconds=59)

        stand.editor.offer(card.at(percent=1.0))
        await until(lambda: "1 %" in card.message.text)

        assert list(card.message.buttons) == ["Cancel", "Prompt"]


async def test_a_press_by_anyone_brings_the_video_to_the_card(room: Room) -> None:
    server = room.server
    async with room.at_work():
        card = await room.left_alone("a cat")

        pressed = await server.click(room.bob, card, BUTTON)
        await server.wait_for(lambda: room.told("the card goes on"))
        room.relay.gate.set()
        await server.wait_for(lambda: has_video(card))
        await until(lambda: room.entries() == ["hold", "settle"])
        await server.wait_for(lambda: any(m.mentions for m in server.messages))

    used = [seen for seen in server.requests if pressed.token in seen.path]
    assert {seen.status for seen in server.requests if seen.method == "PATCH"} == {200}
    assert [seen.method for seen in used].count("PATCH") >= 1
    assert BUTTON not in card.buttons
    assert [m.mentions for m in server.messages if m.mentions] == [(room.alice.id,)]
    assert room.rows("SELECT json_extract(card, '$.token') FROM jobs") == [pressed.token]


async def test_a_press_that_another_process_heard_is_learned_of(room: Room) -> None:
    """The worker's own process reads it where both write it down."""
    server = room.server
    async with room.at_work():
        card = await room.left_alone("a cat")
        heard = server.world.interact(room.bob, room.channel, 3, source_message=card)
        heard.response, heard.original_id = {"type": 6}, card.id
        heard.message_ids.append(card.id)
        database = await Database.open(f"sqlite:///{room.folder}/clapper.db")
        (job,) = await Jobs(database, room.clock).open_jobs()
        assert job.card is not None
        expires = room.clock() + TOKEN_LIFE
        fresh = replace(job.card, token=heard.token, token_expires_at=expires)
        await Jobs(database, room.clock).renew_card(job.id, fresh)
        await database.close()

        await server.wait_for(lambda: server.asked("PATCH", f"{heard.token}/messages/{card.id}"))
        room.relay.gate.set()
        await server.wait_for(lambda: has_video(card))


async def test_a_waiting_card_has_it_as_well(room: Room) -> None:
    async with room.at_work():
        await room.asked("a cat")
        _, waiting = await room.asked("another cat")
        room.clock.forward(minutes=13)

        await room.server.wait_for(lambda: BUTTON in waiting.buttons)

        assert "Waiting" in waiting.text


@pytest.mark.parametrize(
    ("prompt", "shown", "kinds"),
    [
        ("a cat", "1 credit used", ["hold", "settle"]),
        ("a dog", "1 credit returned", ["hold", "release"]),
    ],
)
async def test_a_press_after_a_restart_shows_what_ended_meanwhile(
    room: Room, prompt: str, shown: str, kinds: list[str]
) -> None:
    """Its owner has heard by direct message; the card itself could not be told."""
    server = room.server
    async with room.at_work():
        card = await room.left_alone(prompt)
        room.relay.gate.set()
        await server.wait_for(lambda: room.direct(shown))
        await until(lambda: room.entries() == kinds)
        assert BUTTON in card.buttons
    await server.wait_for(lambda: not server.gateway.connected)

    async with room.at_work():
        await server.click(room.bob, card, BUTTON)
        await server.wait_for(lambda: shown in card.text)
        await server.wait_for(lambda: room.told("shows now how it ended"))

    assert BUTTON not in card.buttons
    assert has_video(card) is (prompt == "a cat")
    assert room.entries() == kinds
    assert len(room.relay.posts) == 1


async def test_what_is_brought_by_a_press_after_a_restart_is_behind_its_spoiler(
    room: Room,
) -> None:
    server = room.server
    async with room.at_work():
        card = await room.left_alone("a cat", spoiler=True)
        room.relay.gate.set()
        await server.wait_for(lambda: room.direct("1 credit used"))
        await until(lambda: room.entries() == ["hold", "settle"])
    await server.wait_for(lambda: not server.gateway.connected)

    async with room.at_work():
        await server.click(room.bob, card, BUTTON)
        await server.wait_for(lambda: has_video(card))

    told = room.direct("1 credit used")
    assert told is not None
    assert spoilers(told) == spoilers(card) == [True]


async def test_a_press_brings_what_nobody_could_be_reached_with(room: Room) -> None:
    server = room.server
    server.close_direct(room.alice)
    async with room.at_work():
        card = await room.left_alone("a cat")
        room.relay.gate.set()
        await until(lambda: room.rows("SELECT 1 FROM jobs WHERE claimable_since NOTNULL"))
        assert room.entries() == ["hold"]

        await server.click(room.alice, card, BUTTON)
        await server.wait_for(lambda: has_video(card))
        await until(lambda: room.entries() == ["hold", "settle"])

    assert room.rows("SELECT status FROM jobs") == ["delivered"]
    assert len(room.relay.posts) == 1


async def test_a_press_on_what_was_shown_before_finds_nothing_left(room: Room) -> None:
    server = room.server
    async with room.at_work():
        _, card = await room.asked("a cat")
        room.clock.forward(minutes=13)
        await server.wait_for(lambda: BUTTON in card.buttons)
        stale = copy.copy(card)  # as somebody's client still shows it
        room.relay.gate.set()
        await server.wait_for(lambda: has_video(card))
        await until(lambda: room.entries() == ["hold", "settle"])
        edits = card.revisions

        await server.click(room.alice, stale, BUTTON)
        await server.wait_for(lambda: room.told("nothing left to get"))

        assert card.revisions == edits


async def test_a_video_that_its_owner_deleted_does_not_come_back(room: Room) -> None:
    server = room.server
    async with room.at_work():
        card = await room.left_alone("a cat")
        room.relay.gate.set()
        await server.wait_for(lambda: room.direct("1 credit used"))
        await until(lambda: room.entries() == ["hold", "settle"])
        for file in (room.folder / "videos").iterdir():
            file.unlink()

        await server.click(room.bob, card, BUTTON)
        await server.wait_for(lambda: room.told("not kept any more"))

        assert not has_video(card)


def has_video(card: Message) -> bool:
    return any(name.endswith(".mp4") for name in card.attachments)


def spoilers(message: Message) -> list[bool]:
    """Of each picture and video that a message shows whether it is behind a spoiler."""
    parts = (item for part in walk(message.components) for item in [part, *part.get("items", [])])
    return [bool(part.get("spoiler")) for part in parts if "media" in part]
