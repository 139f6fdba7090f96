"""Links to messages, by ids alone; discord.py knows the host."""

import discord

from bot.domain.jobs import Job


def card_url(bot: discord.Client, job: Job) -> str:
    """Where a job's card is; empty while that is not known."""
    card = job.card
    if card is None or not card.message_id:
        return ""
    # A card that could be sent nowhere else is in its owner's direct messages.
    guild_id = job.guild_id if card.channel_id == job.channel_id else None
    return _url(bot, card.channel_id, guild_id, card.message_id)


def message_url(bot: discord.Client, message: discord.Message, guild_id: int | None) -> str:
    """Where a message of the bot is; `None` for direct messages."""
    return _url(bot, message.channel.id, guild_id, message.id)


def _url(bot: discord.Client, channel_id: int, guild_id: int | None, message_id: int) -> str:
    channel = bot.get_partial_messageable(channel_id, guild_id=guild_id)
    return f"{channel.jump_url}/{message_id}"
