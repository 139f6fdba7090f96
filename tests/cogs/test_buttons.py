"""The buttons of a card, pressed by whoever sees it."""

import asyncio

import discord
import pytest

from bot.domain.jobs import JobStatus
from storage.database import Database
from tests.cogs.counter import Counter, open_counter
from tests.cogs.server import Server, forge, labels, private_answer, slow_database


@pytest.fixture
async def card(server: Server) -> discord.Message:
    """Alice's card, waiting."""
    await server.alice.slash(server.channel, "video", prompt="A boat *in* the rain")
    return server.card()


async def test_cancel_returns_the_credit_of_a_waiting_job(
    server: Server, counter: Counter, card: discord.Message
) -> None:
    await server.alice.click(card, label="Cancel")

    assert "Cancelled" in server.says()
    assert "1 credit returned" in server.says()
    assert labels(server.card()) == ["Again", "Prompt", "Delete"]
    assert await counter.left(server.alice, server.guild.id) == 3


async def test_cancel_by_another_member_is_refused(
    server: Server, counter: Counter, card: discord.Message
) -> None:
    result = await server.bob.click(card, label="Cancel")

    assert "Only the member who asked" in private_answer(result)
    assert (await counter.only_job()).status is JobStatus.QUEUED


async def test_cancel_by_who_manages_messages_is_allowed(
    server: Server, counter: Counter, card: discord.Message
) -> None:
    janitors = server.guild.create_role(
        "janitors", permissions=discord.Permissions(manage_messages=True)
    )
    janitor = server.guild.add_member(server.env.create_user("janitor"), roles=[janitors])

    await janitor.click(card, label="Cancel")

    assert "Cancelled" in server.says()
    assert await counter.jobs.open_jobs() == []


async def test_cancel_asks_first_when_the_relay_is_paid(
    server: Server, counter: Counter, card: discord.Message
) -> None:
    await counter.run_job()

    asked = await server.alice.click(card, label="Cancel")
    assert "The relay is already paid" in private_answer(asked)
    assert (await counter.only_job()).status is JobStatus.RUNNING

    await server.alice.click(asked.followups[0], label="Cancel the video")
    assert "Cancelled" in server.says()
    assert "1 credit used" in server.says()
    assert await counter.left(server.alice, server.guild.id) == 2


async def test_cancel_of_what_is_over_says_so(
    server: Server, counter: Counter, card: discord.Message
) -> None:
    job = await counter.only_job()
    await counter.ledger.finish(job, JobStatus.FAILED, settle=False, failure="failure-timeout")

    result = await server.alice.click(card, label="Cancel")

    assert "already over" in private_answer(result)


async def test_again_makes_a_new_card_that_the_presser_pays(
    server: Server, counter: Counter, card: discord.Message
) -> None:
    await counter.fail_job()

    await server.bob.click(server.card(), label="Again")

    assert len(server.channel.history()) == 2
    job = await counter.only_job()
    assert job.user_id == server.bob.id
    assert job.request.prompt == "A boat *in* the rain"
    assert job.card is not None
    assert job.card.message_id == server.card().id
    assert await counter.left(server.alice, server.guild.id) == 3
    assert await counter.left(server.bob, server.guild.id) == 2


async def test_again_is_refused_privately_without_credits(
    server: Server, counter: Counter, card: discord.Message
) -> None:
    await counter.fail_job()
    await counter.spend(3, server.bob.id, server.guild.id)

    result = await server.bob.click(server.card(), label="Again")

    assert "you have none left" in private_answer(result)
    assert len(server.channel.history()) == 1


@pytest.mark.parametrize("over", [False, True])
async def test_prompt_shows_the_whole_of_it_to_anyone_privately(
    server: Server, counter: Counter, card: discord.Message, over: bool
) -> None:
    if over:
        await counter.fail_job()

    result = await server.bob.click(server.card(), label="Prompt")

    assert "A boat *in* the rain" in private_answer(result)


async def test_delete_removes_the_card(
    server: Server, counter: Counter, card: discord.Message
) -> None:
    await counter.fail_job()

    await server.alice.click(server.card(), label="Delete")

    assert server.channel.history() == []


async def test_delete_by_another_member_is_refused(
    server: Server, counter: Counter, card: discord.Message
) -> None:
    await counter.fail_job()

    result = await server.bob.click(server.card(), label="Delete")

    assert "Only the member who asked" in private_answer(result)
    assert len(server.channel.history()) == 1


@pytest.mark.parametrize(
    "verb", ["cancel", "confirm", "again", "continue", "prompt", "delete", "result"]
)
async def test_a_button_of_another_servers_job_finds_nothing(
    server: Server, counter: Counter, card: discord.Message, verb: str
) -> None:
    job = await counter.only_job()
    custom_id = f"video:{verb}:{job.id}"
    elsewhere = server.env.create_guild("Elsewhere")
    channel = elsewhere.create_text_channel("videos")
    mallory = elsewhere.add_member(server.env.create_user("mallory"))
    forge(server.env, channel.id, custom_id)

    result = await mallory.click(channel.history()[-1], custom_id=custom_id)

    assert "not known any more" in private_answer(result)
    assert (await counter.only_job()).status is JobStatus.QUEUED


async def test_a_button_of_another_version_says_so(server: Server) -> None:
    custom_id = "video:refund:0123456789abcdef"
    forge(server.env, server.channel.id, custom_id)

    result = await server.alice.click(server.card(), custom_id=custom_id)

    assert "belongs to another version" in private_answer(result)


async def test_a_button_of_somebody_else_is_left_alone(server: Server) -> None:
    """Buttons of other extensions are theirs to answer."""
    forge(server.env, server.channel.id, "other:button")

    result = await server.alice.click(server.card(), custom_id="other:button")

    assert not result.acknowledged


async def test_buttons_work_after_a_restart(
    server: Server, counter: Counter, card: discord.Message, database: Database
) -> None:
    fresh = open_counter(database, counter.folder)
    await server.env.restart_bot(fresh.bot)

    await server.alice.click(server.card(), label="Cancel")

    assert "Cancelled" in server.says()
    assert await fresh.jobs.open_jobs() == []


async def test_an_error_is_answered_once_with_a_reference(
    server: Server, counter: Counter, card: discord.Message
) -> None:
    await counter.fail_job()

    async with slow_database(server, counter, error=RuntimeError("a bug")):
        result = await server.bob.click(server.card(), label="Again")
        await server.env.advance_time(1)

    assert "by the reference" in private_answer(result)
    assert len(server.channel.history()) == 1


async def test_keeps_no_views_and_no_tasks(
    server: Server, counter: Counter, card: discord.Message
) -> None:
    for _ in range(5):
        await server.alice.slash(server.channel, "quota")
    await counter.fail_job()

    store = counter.bot._connection._view_store

    assert not store._synced_message_views
    assert not store._views
    assert not [task for task in asyncio.all_tasks() if "timeout_task" in repr(task.get_coro())]
