"""The Discord client: what it listens to, its command tree, and when commands are declared."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.domain.errors import Refusal
from bot.presenter.answering import answer_error
from bot.presenter.buttons import TEMPLATE, JobButton
from bot.presenter.continuing import form_sent
from bot.presenter.declared import as_declared
from bot.presenter.desk import Desk
from bot.presenter.library import TEMPLATES, PageButton, VideoButton
from bot.presenter.strays import stray

log = structlog.stdlib.get_logger()

# This bot does not speak: discord.py need not warn that it cannot.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

DECLARE_SECONDS = 30.0
"""Discord limits declarations by making them wait, for hours if need be."""

BUTTONS = (TEMPLATE, *TEMPLATES)
"""The custom ids of all buttons."""

COGS = ("cogs.video", "cogs.videos", "cogs.quota", "cogs.moderation")


class ClapperTree(app_commands.CommandTree["ClapperBot"]):
    """The commands; errors that are no refusals arrive here."""

    async def interaction_check(self, interaction: discord.Interaction["ClapperBot"], /) -> bool:
        """Let only through what comes from a server, and as it was declared to Discord."""
        typing = interaction.type is discord.InteractionType.autocomplete
        if interaction.guild_id is None:
            await answer_error(interaction, Refusal("refusal-guild-only"))
            return False
        if not as_declared(self, interaction.data, typing=typing):
            await answer_error(interaction, Refusal("refusal-stale-command"))
            return False
        return True

    async def on_error(
        self,
        interaction: discord.Interaction["ClapperBot"],
        error: app_commands.AppCommandError,
        /,
    ) -> None:
        """Answer it once, with a reference to the log."""
        await answer_error(interaction, error)


class ClapperBot(commands.AutoShardedBot):
    """A client that hears interactions only and keeps next to nothing in memory.

    Its `desk` is set before it starts: what is on it speaks to Discord through this client, so
    it cannot be there first.

    Args:
        declared: The file that remembers which commands Discord was told of; `None` leaves
            telling it to another process of the same bot.
        shards: The shards that this process serves, of `shard_count`.
        proxy: For everything but the gateway's own settings; discord.py ignores the environment.
        http_trace: Sees every request, those that discord.py repeats in silence too.
        cogs: Extension modules with the commands.
    """

    def __init__(
        self,
        *,
        declared: Path | None,
        shards: Sequence[int] = (0,),
        shard_count: int = 1,
        proxy: str | None = None,
        http_trace: aiohttp.TraceConfig | None = None,
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
            http_trace=http_trace or aiohttp.TraceConfig(),
            shard_ids=list(shards),
            shard_count=shard_count,
        )
        self.desk: Desk
        self._connected: set[int] = set()
        self.connection_changed = asyncio.Event()
        self.was_connected = asyncio.Event()
        """Set once the first shard is, for good."""
        self.begun: Counter[int] = Counter()
        """How many sessions each shard has begun; what is gone on with does not count."""
        self._declared = declared
        self._cog_names = cogs

    @property
    def connected(self) -> bool:
        """Whether every shard is; discord.py's `is_ready` stays true while the gateway is away."""
        return self._connected.issuperset(self.shard_ids or ())

    async def on_shard_connect(self, shard: int) -> None:
        """A new session with the gateway."""
        self._connected.add(shard)
        self.connection_changed.set()
        self.was_connected.set()

    async def on_shard_resumed(self, shard: int) -> None:
        """The session of before goes on."""
        await self.on_shard_connect(shard)

    async def on_shard_disconnect(self, shard: int) -> None:
        """The gateway is away."""
        self._connected.discard(shard)
        self.connection_changed.set()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Hear here of what discord.py itself drops: forms, and presses that lead nowhere."""
        if interaction.type is discord.InteractionType.modal_submit:
            await form_sent(interaction)
        elif interaction.type is discord.InteractionType.component and stray(interaction, BUTTONS):
            await answer_error(interaction, Refusal("refusal-stale-button"))

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """A session begins now: whoever connects has waited for its turn already."""
        del initial  # tells discord.py whether to wait
        self.begun[shard_id or 0] += 1

    async def setup_hook(self) -> None:
        """Load the commands and buttons; starts nothing in the background."""
        self.add_dynamic_items(JobButton, VideoButton, PageButton)
        for name in self._cog_names:
            if name not in self.extensions:
                await self.load_extension(name)
        if self._declared is not None:
            await self._declare(self._declared)

    async def _declare(self, memory: Path) -> None:
        """Tell Discord of the commands when they changed; it counts and limits every time."""
        digest = self._digest()
        if _remembered(memory) == digest:
            return
        try:
            async with asyncio.timeout(DECLARE_SECONDS):
                synced = await self.tree.sync()
        except (discord.DiscordException, OSError) as error:
            # The commands of the last time still work; the next start tries again.
            log.exception("commands.not_declared", error=type(error).__name__)
            return
        log.info("commands.declared", count=len(synced))
        _remember(memory, digest)

    def _digest(self) -> str:
        payload: list[dict[str, Any]] = [
            command.to_dict(self.tree) for command in self.tree.get_commands()
        ]
        # Another application has been told nothing yet.
        text = json.dumps([self.application_id, payload], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def _remembered(memory: Path) -> str | None:
    try:
        return memory.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None  # as if there were none: writing it anew tells what is wrong


def _remember(memory: Path, digest: str) -> None:
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(digest + "\n", "utf-8")
    except OSError as error:
        # The commands work; only the next start declares them once more.
        log.warning("commands.not_remembered", error=type(error).__name__)
