"""What people read while they choose a command, taken from the text resources."""

from collections.abc import Mapping
from typing import Any

from discord import app_commands
from discord.ext import commands

from bot.client import ClapperBot
from bot.text import Texts

CHOICES: Mapping[str, tuple[str, ...]] = {"period": ("day", "week", "month")}
"""Options with a fixed set of values, each with a key `choice-<value>`."""


async def add(bot: ClapperBot, cog: commands.Cog) -> None:
    """Describe the cog's commands, then add it."""
    if isinstance(cog, commands.GroupCog) and isinstance(cog.app_command, app_commands.Group):
        describe(cog.app_command, bot.desk.texts)
    for command in cog.walk_app_commands():
        describe(command, bot.desk.texts)
    await bot.add_cog(cog)


def describe(
    command: app_commands.Command[Any, ..., Any] | app_commands.Group, texts: Texts
) -> None:
    """Give a command and its options their descriptions by key."""
    command.description = texts.say("command-" + command.qualified_name.replace(" ", "-"))
    if isinstance(command, app_commands.Group):
        return
    names = [parameter.name for parameter in command.parameters]
    app_commands.describe(**{name: texts.say(f"option-{name}") for name in names})(command)
    for name in CHOICES.keys() & names:
        choices = [
            app_commands.Choice(name=texts.say(f"choice-{value}"), value=value)
            for value in CHOICES[name]
        ]
        app_commands.choices(**{name: choices})(command)
