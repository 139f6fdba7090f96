"""`/videos`: what a member still has."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ClapperBot
from bot.presenter.answering import answering, promptly, tell
from bot.presenter.desk import Desk
from bot.presenter.library import library_view
from bot.presenter.requester import requester_of
from cogs import wording


class Videos(commands.Cog):
    """Shows members their own library."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @app_commands.command(name="videos")
    @answering
    async def videos(self, interaction: discord.Interaction) -> None:
        by = requester_of(interaction, self._desk.moderator_role)
        page = await promptly(interaction, self._desk.library.page(by, 1))
        await tell(interaction, library_view(interaction, page))


async def setup(bot: ClapperBot) -> None:
    await wording.add(bot, Videos(bot.desk))
