"""What the client asks of Discord, and when it declares its commands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import simcord
from discord import app_commands
from structlog.testing import capture_logs

from storage.database import Database
from tests.cogs.counter import Counter, open_counter
from tests.cogs.server import Server, private_answer


def declared(env: simcord.Env) -> int:
    return sum(request.method == "PUT" for request in env.http_requests)


async def test_hears_servers_only_and_keeps_nothing(counter: Counter) -> None:
    assert counter.bot.intents.value == 1
    assert counter.bot._connection.max_messages is None
    assert counter.bot._connection.member_cache_flags.value == 0
    assert counter.bot.allowed_mentions is not None
    assert counter.bot.allowed_mentions.to_dict()["parse"] == []


async def test_declares_its_commands_once(
    server: Server, counter: Counter, database: Database
) -> None:
    assert declared(server.env) == 1

    await server.env.restart_bot(open_counter(database, counter.folder).bot)

    assert declared(server.env) == 1
    assert "video" in server.alice.available_commands(server.channel)


async def test_leaves_them_to_the_process_of_shard_0(database: Database, tmp_path: Path) -> None:
    counter = open_counter(database, tmp_path)
    counter.bot._declared = None
    env = simcord.Env(counter.bot)

    await env.start()
    await env.shutdown()

    assert declared(env) == 0


async def test_declares_them_again_when_one_changed(
    server: Server, counter: Counter, database: Database
) -> None:
    changed = open_counter(database, counter.folder)

    @app_commands.command(name="new", description="A new one")
    async def new(_interaction: Any) -> None: ...

    changed.bot.tree.add_command(new)
    await server.env.restart_bot(changed.bot)

    assert declared(server.env) == 2
    assert "new" in server.alice.available_commands(server.channel)


async def test_starts_although_discord_refuses_the_commands(
    database: Database, tmp_path: Path
) -> None:
    env = simcord.Env(open_counter(database, tmp_path).bot)
    env.inject_error("PUT", "/applications/*", status=500)

    await env.start()
    await env.shutdown()

    assert not (tmp_path / "commands").exists()


@pytest.mark.parametrize("place", ["file/commands", "folder", "x" * 300])
async def test_starts_although_it_cannot_remember_the_commands(
    database: Database, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    counter = open_counter(database, tmp_path)
    counter.bot._declared = tmp_path / place
    env = simcord.Env(counter.bot)

    with capture_logs() as events:
        await env.start()
    await env.shutdown()

    assert declared(env) == 1
    assert [event["event"] for event in events].count("commands.not_remembered") == 1


async def test_starts_with_a_broken_memory_of_the_commands(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "commands").write_bytes(b"\xff\xfe")
    env = simcord.Env(open_counter(database, tmp_path).bot)

    await env.start()
    await env.shutdown()

    assert declared(env) == 1


async def test_declares_commands_for_servers_only(server: Server) -> None:
    for command in server.env.backend.visible_commands(
        user_id=server.mod.id, channel_id=server.channel.id
    ):
        assert command["contexts"] == [0]
        assert command["integration_types"] == [0]


async def test_describes_everything_in_words(server: Server) -> None:
    commands = server.env.backend.visible_commands(
        user_id=server.mod.id, channel_id=server.channel.id
    )

    descriptions = [part["description"] for part in parts(commands)]

    assert len(descriptions) > 30
    for description in descriptions:
        assert 10 <= len(description) <= 100 or description == "The member"
        assert not description.startswith(("command-", "option-"))


async def test_refuses_outside_of_servers(server: Server) -> None:
    found = server.env.backend.find_command("quota", None, type=1)
    assert found is not None
    found["contexts"] = [0, 1]  # an old declaration, from before they were for servers only

    result = await server.alice.user.slash("quota")

    assert "in servers only" in private_answer(result)


async def test_answers_once_when_the_first_answer_was_applied_unseen(
    server: Server, counter: Counter
) -> None:
    server.env.inject_error("POST", "/interactions/*", status=400, code=40060)

    result = await server.alice.slash(server.channel, "video", prompt=" ")

    assert "prompt is empty" in private_answer(result)


@pytest.mark.parametrize("status", [404, 500])
async def test_survives_an_answer_that_cannot_be_given(server: Server, status: int) -> None:
    server.env.inject_error("POST", "/interactions/*", status=status, code=10062, times=None)

    result = await server.alice.slash(server.channel, "video", prompt=" ")

    assert not result.acknowledged


def parts(options: Any) -> Iterator[Any]:
    for option in options:
        yield option
        yield from parts(option.get("options") or [])
