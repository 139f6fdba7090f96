"""The Discord client: what it listens to, its command tree, and when commands are declared."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.domain.errors import Refusal
from bot.presenter.answering import answer_error
from bot.presenter.buttons import JobButton
from bot.presenter.continuing import form_sent
from bot.presenter.desk import Desk
from bot.presenter.library import PageButton, VideoButton

log = structlog.stdlib.get_logger()

# This bot does not speak: discord.py need not warn that it cannot.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

COGS = ("cogs.video", "cogs.videos", "cogs.quota", "cogs.moderation")


class ClapperTree(app_commands.CommandTree["ClapperBot"]):
    """The commands; errors that are no refusals arrive here."""

    async def interaction_check(self, interaction: discord.Interaction["ClapperBot"], /) -> bool:
        """Let only interactions through that come from a server."""
        if interaction.guild_id is not None:
            return True
        if interaction.type is discord.InteractionType.application_command:
            await answer_error(interaction, Refusal("refusal-guild-only"))
        return False

    async def on_error(
        self,
        interaction: discord.Interaction["ClapperBot"],
        error: app_commands.AppCommandError,
        /,
    ) -> None:
        """Answer it once, with a reference to the log."""
        await answer_error(interaction, error)


class ClapperBot(commands.Bot):
    """A client that hears interactions only and keeps next to nothing in memory.

    Its `desk` is set before it starts: what is on it speaks to Discord through this client, so
    it cannot be there first.

    Args:
        declared: The file that remembers which commands Discord was told of.
        proxy: For everything but the gateway's own settings; discord.py ignores the environment.
        cogs: Extension modules with the commands.
    """

    def __init__(
        self,
        *,
        declared: Path,
        proxy: str | None = None,
        cogs: Sequence[str] = COGS,
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=ClapperTree,
            intents=discord.Intents(guilds=True),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
            proxy=proxy,
        )
        self.desk: Desk
        self.connected = False
        """Whether the gateway is up; discord.py's `is_ready` stays true while it is away."""
        self.connection_changed = asyncio.Event()
        self._declared = declared
        self._cog_names = cogs

    async def on_ready(self) -> None:
        """A new session with the gateway."""
        self._set_connected(up=True)

    async def on_resumed(self) -> None:
        """The session of before goes on."""
        self._set_connected(up=True)

    async def on_disconnect(self) -> None:
        """The gateway is away; also told for each attempt that fails."""
        self._set_connected(up=False)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Hear of forms here: discord.py itself drops those that it does not keep in memory."""
        await form_sent(interaction)

    def _set_connected(self, *, up: bool) -> None:
        if up != self.connected:
            self.connected = up
            self.connection_changed.set()

    async def setup_hook(self) -> None:
        """Load the commands and buttons; starts nothing in the background."""
        self.add_dynamic_items(JobButton, VideoButton, PageButton)
        for name in self._cog_names:
            if name not in self.extensions:
                await self.load_extension(name)
        await self._declare()

    async def _declare(self) -> None:
        """Tell Discord of the commands when they changed; it counts and limits every time."""
        digest = self._digest()
        if self._remembered() == digest:
            return
        try:
            synced = await self.tree.sync()
        except (app_commands.AppCommandError, discord.HTTPException, OSError) as error:
            # The commands of the last time still work; the next start tries again.
            log.exception("commands.not_declared", error=type(error).__name__)
            return
        log.info("commands.declared", count=len(synced))
        self._remember(digest)

    def _remembered(self) -> str | None:
        try:
            return self._declared.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None  # as if there were none: writing it anew tells what is wrong

    def _remember(self, digest: str) -> None:
        try:
            self._declared.parent.mkdir(parents=True, exist_ok=True)
            self._declared.write_text(digest + "\n", "utf-8")
        except OSError as error:
            # The commands work; only the next start declares them once more.
            log.warning("commands.not_remembered", error=type(error).__name__)

    def _digest(self) -> str:
        payload: list[dict[str, Any]] = [
            command.to_dict(self.tree) for command in self.tree.get_commands()
        ]
        # Another application has been told nothing yet.
        text = json.dumps([self.application_id, payload], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
