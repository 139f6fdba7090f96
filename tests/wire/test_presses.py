"""First answers to commands and presses: in time, once, whatever discord.py does meanwhile."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.app import Application
from bot.demo.relay import SampleRelay
from bot.domain.jobs import JobStatus
from tests.demo.wire import SMALL
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.live import live
from tests.wire.stand import Clock, until
from tests.wire.state import Message, SeenRequest

pytestmark = pytest.mark.unmeasured

DEADLINE = 3.0
FAILURES: list[dict[str, Any]] = [
    {"status": status, "applied": applied}
    for status in (500, 503, "reset", "hang")
    for applied in (False, True)
]


@pytest.fixture
async def relay() -> AsyncIterator[SampleRelay]:
    async with SampleRelay(pace=0, film=SMALL) as sample:
        sample.gate.clear()
        yield sample


@pytest.fixture
async def app(
    server: LoopbackDiscord, relay: SampleRelay, tmp_path: Path
) -> AsyncIterator[Application]:
    async with live(relay, tmp_path, Clock()) as made:
        await server.connected()
        yield made.app
    assert server.unguarded() == []


async def a_running_card(server: LoopbackDiscord, place: Place) -> Message:
    event = await server.slash(place.alice, place.channel, "video", prompt="a cat")
    card = server.original(event)
    await server.wait_for(lambda: "90 %" in card.text)
    return card


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_command_is_answered_before_discord_gives_up(
    server: LoopbackDiscord, place: Place, app: Application, failure: Mapping[str, Any]
) -> None:
    server.fault("POST", "/interactions/*", **failure)

    event = await server.slash(place.alice, place.channel, "video", prompt="a cat")
    card = server.original(event)
    await server.wait_for(lambda: "a cat" in card.text)
    await server.wait_for(lambda: len(callbacks(server)) == 2)

    in_time(*callbacks(server))
    assert server.messages == [card]


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_private_answer_is_given_before_discord_gives_up(
    server: LoopbackDiscord, place: Place, app: Application, failure: Mapping[str, Any]
) -> None:
    server.fault("POST", "/interactions/*", **failure)

    await server.slash(place.alice, place.channel, "quota")
    answer = await server.wait_for(lambda: next(iter(server.messages), None))
    await server.wait_for(lambda: len(callbacks(server)) == 2)

    in_time(*callbacks(server))
    assert answer.ephemeral
    assert "3 of 3 left" in answer.text


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_press_is_heard_before_discord_gives_up(
    server: LoopbackDiscord, place: Place, app: Application, failure: Mapping[str, Any]
) -> None:
    card = await a_running_card(server, place)
    server.fault("POST", "/interactions/*", **failure)

    await server.click(place.alice, card, "Cancel")
    question = await server.wait_for(
        lambda: next((m for m in server.messages if "already paid" in m.text), None)
    )

    in_time(*callbacks(server)[1:3])
    assert question.ephemeral
    assert server.messages == [card, question]


@pytest.mark.parametrize("code", [10062, 40060])
async def test_a_press_that_is_answered_already_or_too_late_does_nothing(
    server: LoopbackDiscord, place: Place, app: Application, code: int
) -> None:
    card = await a_running_card(server, place)
    server.fault("POST", "/interactions/*", status=404, code=code, applied=True)

    with capture_logs() as events:
        await server.click(place.alice, card, "Cancel")
        await until(lambda: [each for each in events if each["event"] == "answer.out_of_turn"])

    assert len(callbacks(server)) == 2
    assert server.messages == [card]
    assert (await app.bot.desk.cancel.jobs.open_jobs())[0].status is JobStatus.RUNNING


async def test_an_unknown_interaction_costs_nothing(
    server: LoopbackDiscord, place: Place, app: Application, relay: SampleRelay
) -> None:
    server.fault("POST", "/interactions/*", status=404, code=10062, applied=True)

    with capture_logs() as events:
        event = await server.slash(place.alice, place.channel, "video", prompt="a cat")
        await until(lambda: [each for each in events if each["event"] == "card.never_answered"])

    assert len(callbacks(server)) == 1
    assert event.original_id
    assert await app.bot.desk.cancel.jobs.open_jobs() == []
    assert relay.posts == []


async def test_nothing_leaves_it_to_discord_whom_to_notify(
    server: LoopbackDiscord, place: Place, app: Application, relay: SampleRelay
) -> None:
    """A walk past everything that the bot says; the fixture and every other test look as well."""
    relay.gate.set()
    words = "@everyone <@&5> <@301>"
    card = server.original(await server.slash(place.alice, place.channel, "video", prompt=words))
    await server.wait_for(lambda: "Again" in card.buttons)
    await server.wait_for(lambda: any(m.mentions for m in server.messages))
    for command, options in (("quota", {}), ("videos", {}), ("video", {"prompt": " "})):
        await server.slash(place.alice, place.channel, command, **options)
    listed = next(m for m in server.messages if "Watch" in m.buttons)
    opened = server.original(await server.click(place.alice, listed, "Watch"))
    await server.wait_for(lambda: "Post here" in opened.buttons)
    for label in ("Post here", "Send to me", "Prompt", "Delete"):
        await server.click(place.alice, opened, label)
    await server.wait_for(lambda: sum("Remove" in m.buttons for m in server.messages) == 2)
    sure = await server.wait_for(
        lambda: next((m for m in server.messages if "Delete for good" in m.buttons), None)
    )
    await server.click(place.alice, sure, "Delete for good")
    await server.click(place.alice, card, "Prompt")
    relay.gate.clear()
    again = server.original(await server.click(place.alice, card, "Again"))
    await server.wait_for(lambda: "90 %" in again.text)
    await server.click(place.alice, again, "Cancel")
    question = await server.wait_for(
        lambda: next((m for m in server.messages if "Cancel the video" in m.buttons), None)
    )
    await server.click(place.alice, question, "Cancel the video")
    await server.wait_for(lambda: "Cancelled" in again.text and not question.buttons)

    assert len([seen for seen in server.requests if seen.method in ("POST", "PATCH")]) > 20
    assert {m.mentions for m in server.messages} == {(), (place.alice.id,)}


def callbacks(server: LoopbackDiscord) -> list[SeenRequest]:
    return server.asked("POST", "/callback")


def in_time(first: SeenRequest, second: SeenRequest) -> None:
    """discord.py would sleep for more than a second, and then for three."""
    assert first.status in (500, 503, "reset", "hang")
    assert second.at - first.at < DEADLINE / 2
