"""What a visitor of the demo finds: a bot with its name, and what can be tried."""

from typing import Any

import discord
from discord import ui

from bot.demo.world import World
from bot.presenter.answers import boxed
from bot.presenter.face import unlisted
from bot.text import Texts

BLURPLE = 0x5865F2


async def welcome(made: World, texts: Texts) -> None:
    """Name the bot and let it say what to do first.

    Only the page has use for it: the bot itself never speaks unasked.
    """
    bot = made.env.bot
    assert bot.user is not None  # it is connected
    await bot.user.edit(username=texts.say("demo-name"))
    channel = bot.get_channel(made.channel.id)
    assert isinstance(channel, discord.TextChannel)
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(texts.say("demo-welcome")),
        ui.Separator(),
        ui.TextDisplay(texts.say("demo-tries")),
        ui.TextDisplay(texts.say("demo-note")),
    ]
    await channel.send(view=unlisted(boxed(BLURPLE, *items)))
