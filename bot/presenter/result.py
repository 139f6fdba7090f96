"""**Get result**: a press brings a fresh token to a card that nothing else reaches."""

from collections.abc import Mapping

import discord

from bot.generation.collect import Collected
from bot.presenter.answering import acknowledge, tell
from bot.presenter.answers import done_view
from bot.presenter.desk import Desk
from bot.presenter.refs import card_ref
from bot.presenter.requester import presser_of

_WORDS: Mapping[Collected, str] = {
    Collected.COMING: "done-result-coming",
    Collected.SHOWN: "done-result-shown",
    Collected.THERE: "done-result-there",
}


async def get_result(interaction: discord.Interaction, desk: Desk, job_id: str) -> None:
    """Go on with the card by this press, and tell who pressed what comes of it.

    Anyone may: what everybody sees of it is the card itself.
    """
    came_at = desk.clock()
    await acknowledge(interaction)
    by = presser_of(interaction, desk.moderator_role)
    pressed = interaction.message.id if interaction.message else 0
    card = card_ref(interaction, came_at=came_at, message_id=pressed)
    collected = await desk.collect(job_id, by, card)
    await tell(interaction, done_view(_WORDS[collected], texts=desk.texts, locale=by.locale))
