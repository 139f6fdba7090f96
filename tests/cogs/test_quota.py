"""`/quota` as a member types it."""

from bot.domain.errors import StorageError
from tests.cogs.counter import Counter
from tests.cogs.server import Server, private_answer, slow_database


async def test_shows_what_is_left_and_why(server: Server, counter: Counter) -> None:
    await counter.spend(1, server.alice.id, server.guild.id)

    result = await server.alice.slash(server.channel, "quota")

    assert "2 of 3 left today" in private_answer(result)
    assert "the bot’s default" in private_answer(result)
    assert "1 credit used for a video" in private_answer(result)


async def test_answers_privately_even_when_it_takes_long(server: Server, counter: Counter) -> None:
    async with slow_database(server, counter):
        result = await server.alice.slash(server.channel, "quota")
        await server.env.advance_time(1)
        assert result.deferred
        assert result.ephemeral

    assert "3 of 3 left today" in private_answer(result)


async def test_says_that_the_database_has_no_answer(server: Server, counter: Counter) -> None:
    async with slow_database(server, counter, error=StorageError("storage-locked")):
        result = await server.alice.slash(server.channel, "quota")
        await server.env.advance_time(1)

    assert "too busy" in private_answer(result)


async def test_answers_an_unexpected_error_once_with_a_reference(
    server: Server, counter: Counter
) -> None:
    async with slow_database(server, counter, error=RuntimeError("a bug")):
        result = await server.alice.slash(server.channel, "quota")
        await server.env.advance_time(1)

    assert "by the reference" in private_answer(result)
    assert len(server.env.errors) == 1
