"""A server with two members and a moderator, the real bot in it, and its editor at work."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
import simcord

from bot.client import ClapperBot
from storage.database import Database
from tests.blank import make_blank, open_copy
from tests.cogs.counter import Counter, open_counter
from tests.cogs.server import Server


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_blank(tmp_path_factory.mktemp("blank"))


@pytest.fixture
async def database(blank: Path, tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_copy(blank, tmp_path / "clapper.db")
    yield opened
    await opened.close()


@pytest.fixture
def counter(database: Database, tmp_path: Path) -> Counter:
    return open_counter(database, tmp_path)


@pytest.fixture
def simcord_bot(counter: Counter) -> ClapperBot:
    return counter.bot


@pytest.fixture
async def server(simcord_env: simcord.Env, counter: Counter) -> AsyncIterator[Server]:
    guild = simcord_env.create_guild()
    mods = guild.create_role("mods", permissions=discord.Permissions(manage_guild=True))
    server = Server(
        env=simcord_env,
        guild=guild,
        channel=guild.create_text_channel("videos"),
        alice=guild.add_member(simcord_env.create_user("alice")),
        bob=guild.add_member(simcord_env.create_user("bob")),
        mod=guild.add_member(simcord_env.create_user("mod"), roles=[mods]),
    )
    with simcord_env.time_context():  # a task keeps the context in which it was made
        task = asyncio.create_task(counter.editor.run())
    yield server
    task.cancel()
    await asyncio.wait({task})
