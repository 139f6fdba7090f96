"""A fresh simulated channel with a card for every test."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
import simcord

from bot.presenter.editor import Editor
from bot.presenter.pace import Pace
from tests.presenter_live.stage import FACES, FAST, PlainBot, Stage


@pytest.fixture
def simcord_bot() -> PlainBot:
    return PlainBot()


@pytest.fixture
def pace() -> Pace:
    return FAST


@pytest.fixture
async def stage(
    simcord_env: simcord.Env, simcord_bot: PlainBot, pace: Pace, tmp_path: Path
) -> AsyncIterator[Stage]:
    guild = simcord_env.create_guild()
    channel = guild.create_text_channel("videos")
    alice = guild.add_member(simcord_env.create_user("alice"))
    editor = Editor(bot=simcord_bot, faces=FACES, clock=discord.utils.utcnow, pace=pace)
    stage = Stage(
        env=simcord_env,
        bot=simcord_bot,
        editor=editor,
        alice=alice,
        channel=channel,
        folder=tmp_path,
    )
    await stage.raise_card()
    with simcord_env.time_context():  # a task keeps the context in which it was made
        task = asyncio.create_task(editor.run())
    yield stage
    task.cancel()
    await asyncio.wait({task})
