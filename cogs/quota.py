"""`/quota`: what a member has left."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ClapperBot
from bot.presenter.answering import answering, promptly, tell
from bot.presenter.desk import Desk
from bot.presenter.quota import quota_view
from bot.presenter.requester import requester_of
from cogs import wording


class Quota(commands.Cog):
    """Shows members their own credits."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @app_commands.command(name="quota")
    @answering
    async def quota(self, interaction: discord.Interaction) -> None:
        requester = requester_of(interaction, self._desk.moderator_role)
        report = await promptly(interaction, self._desk.quotas(requester))
        view = quota_view(
            report,
            texts=self._desk.texts,
            locale=requester.locale,
            name=interaction.user.display_name,
            own=True,
        )
        await tell(interaction, view)


async def setup(bot: ClapperBot) -> None:
    await wording.add(bot, Quota(bot.desk))
