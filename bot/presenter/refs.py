"""Where a card is, read from the interaction that can reach it."""

from datetime import datetime

import discord

from bot.domain.jobs import TOKEN_LIFE, CardRef


def card_ref(
    interaction: discord.Interaction, *, came_at: datetime, message_id: int = 0
) -> CardRef:
    """A card that this interaction's token reaches; `came_at` is when it came, by our own clock.

    Our clock decides later how old the token is, and Discord's may differ.
    """
    return CardRef(
        application_id=interaction.application_id,
        channel_id=interaction.channel_id or 0,
        message_id=message_id,
        token=interaction.token,
        token_expires_at=came_at + TOKEN_LIFE,
        size_limit=interaction.filesize_limit,
        bot_can_view=interaction.app_permissions.view_channel,
    )
