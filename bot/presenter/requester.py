"""Who asks, read from an interaction."""

import discord

from bot.domain.requests import Requester


def requester_of(interaction: discord.Interaction, moderator_role: int | None) -> Requester:
    """The member who typed or pressed; a moderator if they may manage the server."""
    granted = interaction.permissions
    return _requester(interaction, moderator_role, granted.manage_guild or granted.administrator)


def presser_of(interaction: discord.Interaction, moderator_role: int | None) -> Requester:
    """The same for other people's cards, where who may manage messages counts as well."""
    granted = interaction.permissions
    moderates = granted.manage_guild or granted.manage_messages or granted.administrator
    return _requester(interaction, moderator_role, moderates)


def member_as_requester(member: discord.Member, locale: str) -> Requester:
    """A member who is acted on."""
    return Requester(
        guild_id=member.guild.id, user_id=member.id, role_ids=_roles(member), locale=locale
    )


def _requester(
    interaction: discord.Interaction, moderator_role: int | None, moderates: bool
) -> Requester:
    roles = _roles(interaction.user)
    return Requester(
        guild_id=interaction.guild_id or 0,
        user_id=interaction.user.id,
        role_ids=roles,
        locale=str(interaction.locale),
        moderator=moderates or moderator_role in roles,
    )


def _roles(user: discord.User | discord.Member) -> tuple[int, ...]:
    """Without the role that everybody has."""
    if not isinstance(user, discord.Member):
        return ()
    return tuple(role.id for role in user.roles if not role.is_default())
