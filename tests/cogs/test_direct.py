"""Cards that could only be sent by direct message: their buttons work there, for their owner."""

import pytest

from bot.domain.jobs import Job
from tests.cogs.counter import Counter
from tests.cogs.server import Server, forge, private_answer, words


@pytest.fixture
async def sent(server: Server, counter: Counter) -> Job:
    """Somebody deleted Alice's card, so its end was sent to her."""
    await server.alice.slash(server.channel, "video", prompt="A boat *in* the rain")
    await server.card().delete()
    job = await counter.fail_job()
    assert "1 credit returned" in words(server.alice.user.dm_channel.history()[-1])
    return job


@pytest.mark.usefixtures("sent")
async def test_prompt_shows_the_owner_the_whole_of_it(server: Server) -> None:
    card = server.alice.user.dm_channel.history()[-1]

    result = await server.alice.user.click(card, label="Prompt")

    assert "A boat *in* the rain" in private_answer(result)


@pytest.mark.usefixtures("sent")
async def test_delete_removes_the_message(server: Server) -> None:
    card = server.alice.user.dm_channel.history()[-1]

    await server.alice.user.click(card, label="Delete")

    assert server.alice.user.dm_channel.history() == []


@pytest.mark.usefixtures("sent")
async def test_again_belongs_in_a_server(server: Server, counter: Counter) -> None:
    card = server.alice.user.dm_channel.history()[-1]

    result = await server.alice.user.click(card, label="Again")

    assert "in servers only" in private_answer(result)
    assert await counter.jobs.open_jobs() == []
    assert await counter.left(server.alice, server.guild.id) == 3


async def test_continue_belongs_in_a_server(server: Server, counter: Counter) -> None:
    await server.alice.slash(server.channel, "video", prompt="A boat *in* the rain")
    await server.card().delete()
    await counter.deliver_job()
    card = server.alice.user.dm_channel.history()[-1]

    result = await server.alice.user.click(card, label="Continue")

    assert "in servers only" in private_answer(result)
    assert await counter.jobs.open_jobs() == []


@pytest.mark.parametrize("verb", ["cancel", "confirm", "prompt", "delete"])
async def test_nobody_else_finds_the_job_in_theirs(server: Server, sent: Job, verb: str) -> None:
    custom_id = f"video:{verb}:{sent.id}"
    theirs = server.mod.user.dm_channel
    forge(server.env, theirs.id, custom_id)

    result = await server.mod.user.click(theirs.history()[-1], custom_id=custom_id)

    assert "not known any more" in private_answer(result)
    assert len(theirs.history()) == 1
    assert len(server.alice.user.dm_channel.history()) == 1
