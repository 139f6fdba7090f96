"""What is ours by its name and leads nowhere: discord.py drops it, which people see as a failure.

Ids of other names belong to other extensions, which answer them.
"""

import re
from collections.abc import Sequence
from typing import Any

import discord

from bot.presenter.face import parts

_OURS = ("video:", "videos:")


def ours(custom_id: object) -> bool:
    """Whether a button or a form has a name of this bot's own, of whatever version."""
    return isinstance(custom_id, str) and custom_id.startswith(_OURS)


def stray(interaction: discord.Interaction, templates: Sequence[str]) -> bool:
    """Whether a press is ours but no button of `templates` will hear of it, as discord.py decides.

    Buttons of an earlier Clapper do that, and forged ids.
    """
    data: Any = interaction.data
    custom_id, message = data["custom_id"], interaction.message
    if not ours(custom_id):
        return False
    if message is None or not any(re.fullmatch(each, custom_id) for each in templates):
        return True
    return not any(
        getattr(part, "custom_id", None) == custom_id and part.type.value == data["component_type"]
        for part in parts(message.components)
    )
