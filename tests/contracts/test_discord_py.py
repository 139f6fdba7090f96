"""What the bot relies on, or works around, in discord.py: an upgrade that changes it shows here."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import simcord
from discord import app_commands
from discord.ext import commands
from discord.webhook.async_ import async_context, interaction_message_response_params

from tests.wire.conftest import Place, place, server
from tests.wire.discord_server import LoopbackDiscord

__all__ = ["place", "server"]


class Plain(commands.Bot):
    """With nothing of ours."""

    def __init__(self) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.heard: list[str] = []


@pytest.fixture
def simcord_bot() -> Plain:
    return Plain()


@pytest.fixture
async def client(server: LoopbackDiscord) -> AsyncIterator[discord.Client]:
    """Logged in, not connected."""
    async with Plain() as bot:
        await bot.login(LoopbackDiscord.TOKEN)
        yield bot


def test_the_version_is_the_one_that_was_measured() -> None:
    assert discord.__version__ == "2.7.1"


async def test_a_gateway_that_refuses_at_first_ends_connect_with_a_bug(
    client: discord.Client, server: LoopbackDiscord
) -> None:
    """The reason for a supervisor of our own (`bot/app/shard.py`)."""
    server.fault("GET", "/gateway", status="reset", times=9)

    with pytest.raises(AttributeError, match="sequence"):
        await client.connect()


async def test_the_trees_error_handler_runs_beside_the_commands_own(
    simcord_env: simcord.Env, simcord_bot: Plain
) -> None:
    """The reason why cogs have none: both would answer."""

    @app_commands.command(name="fail", description="Fails")
    async def fail(_interaction: discord.Interaction) -> None:
        raise RuntimeError

    @fail.error
    async def own(_interaction: discord.Interaction, _error: app_commands.AppCommandError) -> None:
        simcord_bot.heard.append("command")

    @simcord_bot.tree.error
    async def tree(_interaction: discord.Interaction, _error: app_commands.AppCommandError) -> None:
        simcord_bot.heard.append("tree")

    simcord_bot.tree.add_command(fail)
    await simcord_bot.tree.sync()
    guild = simcord_env.create_guild()
    alice = guild.add_member(simcord_env.create_user("alice"))
    await alice.slash(guild.create_text_channel("videos"), "fail")

    assert simcord_bot.heard == ["command", "tree"]


class Pressed(discord.ui.LayoutView):
    def __init__(self, *, custom_id: str | None = None) -> None:
        super().__init__(timeout=None)
        button: discord.ui.Button[Pressed] = discord.ui.Button(label="Press", custom_id=custom_id)
        self.add_item(discord.ui.ActionRow(button))


@pytest.mark.parametrize(
    ("custom_id", "stopped", "kept"), [(None, False, 10), ("press", False, 1), (None, True, 0)]
)
async def test_views_that_are_sent_are_kept_unless_they_are_stopped(
    client: discord.Client,
    server: LoopbackDiscord,
    custom_id: str | None,
    stopped: bool,
    kept: int,
) -> None:
    """The reason for `unlisted` in `bot/presenter/face.py`."""
    channel = client.get_partial_messageable(200)
    message = await channel.send(view=Pressed(custom_id="first"))
    client._connection.prevent_view_updates_for(message.id)
    client._connection._view_store._views.clear()

    for _ in range(10):
        view = Pressed(custom_id=custom_id)
        if stopped:
            view.stop()
        await channel.get_partial_message(message.id).edit(view=view)

    views = client._connection._view_store._views
    assert sum(len(items) for items in views.values()) == kept


@pytest.mark.parametrize("explicit", [True, False])
async def test_an_edit_of_components_leaves_the_clients_mentions_out(
    client: discord.Client, server: LoopbackDiscord, explicit: bool
) -> None:
    """The reason why every call says whom it may notify."""
    channel = client.get_partial_messageable(200)
    message = await channel.send(view=Pressed(custom_id="press"))
    given: dict[str, Any] = {}
    if explicit:
        given["allowed_mentions"] = discord.AllowedMentions.none()

    await channel.get_partial_message(message.id).edit(view=Pressed(custom_id="press"), **given)

    (edit,) = server.asked("PATCH", f"/{message.id}")
    assert ("allowed_mentions" in edit.fields) is explicit


async def test_a_file_is_sent_once_only(
    client: discord.Client, server: LoopbackDiscord, tmp_path: Path
) -> None:
    """The reason why faces open their files anew for every try."""
    channel = client.get_partial_messageable(200)
    file = discord.File(io.BytesIO(b"a video"), "video.mp4")

    for _ in range(2):
        await channel.send(file=file)

    sent = [seen.uploads for seen in server.asked("POST", "/messages")]
    assert sent == [{"video.mp4": 7}, {"video.mp4": 0}]


async def test_its_own_retries_would_eat_a_first_answer(
    client: discord.Client, server: LoopbackDiscord, place: Place
) -> None:
    """The reason for tries of our own, each with a short timeout."""
    event = server.world.interact(place.alice, place.channel, 2)
    server.fault("POST", "/interactions/*", status=500, times=2)
    adapter = async_context.get()
    session = client.http._HTTPClient__session  # type: ignore[attr-defined] # what it uses itself
    answer = interaction_message_response_params(type=5)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2.5):
            await adapter.create_interaction_response(
                event.id, event.token, session=session, params=answer
            )

    assert [seen.status for seen in server.asked("POST", "/callback")] == [500, 500]


async def test_a_trace_sees_every_request_and_may_refuse_it(server: LoopbackDiscord) -> None:
    """The count of refused requests rests on it."""
    seen: list[int] = []
    trace = aiohttp.TraceConfig()

    async def ends(_session: Any, _context: Any, answered: Any) -> None:
        seen.append(answered.response.status)

    async def starts(_session: Any, _context: Any, asked: Any) -> None:
        if asked.url.path.endswith("/channels/200"):
            raise discord.RateLimited(1)

    trace.on_request_end.append(ends)
    trace.on_request_start.append(starts)
    async with discord.Client(intents=discord.Intents(guilds=True), http_trace=trace) as client:
        await client.login(LoopbackDiscord.TOKEN)
        server.fault("GET", "/users/300", status=500)
        await client.fetch_user(300)
        with pytest.raises(discord.RateLimited):
            await client.fetch_channel(200)

    assert seen == [200, 200, 500, 200]
