"""The loopback Discord against discord.py itself: what the other wire tests stand on."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import discord
import pytest
from discord import app_commands

from tests.wire import payloads
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord


class Echo(discord.Client):
    """A bot that shows the attachment it was given, on a card, by edit."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)
        self.seen: list[bytes] = []
        self.failures: list[BaseException] = []

    async def setup_hook(self) -> None:
        self.tree.add_command(app_commands.Command(name="show", description="Show", callback=_show))
        await self.tree.sync()


class Card(discord.ui.LayoutView):
    def __init__(self, text: str, media: str | None = None) -> None:
        super().__init__(timeout=None)
        box: discord.ui.Container[Card] = discord.ui.Container(discord.ui.TextDisplay(text))
        if media:
            gallery: discord.ui.MediaGallery[Card] = discord.ui.MediaGallery()
            box.add_item(gallery.add_item(media=media))
        button: discord.ui.Button[Card] = discord.ui.Button(label="Cancel", custom_id="cancel")
        box.add_item(discord.ui.ActionRow(button))
        self.add_item(box)


async def _show(
    interaction: discord.Interaction[Echo], prompt: str, image: discord.Attachment
) -> None:
    await interaction.response.send_message(view=Card(prompt))
    content = await image.read()
    interaction.client.seen.append(content)
    file = discord.File(io.BytesIO(content), filename="out.bin")
    await interaction.edit_original_response(
        view=Card("done", "attachment://out.bin"), attachments=[file]
    )
    channel = interaction.client.get_channel(interaction.channel_id or 0)
    assert isinstance(channel, discord.TextChannel)
    message = await interaction.original_response()
    await channel.send(f"<@{interaction.user.id}>", reference=message.to_reference())


@asynccontextmanager
async def running(
    client: discord.Client, *, token: str = LoopbackDiscord.TOKEN
) -> AsyncIterator[None]:
    async with client:
        await client.login(token)
        task = asyncio.create_task(client.connect())
        try:
            yield
        finally:
            await client.close()
            await task


async def test_a_client_logs_in_and_sees_its_server(server: LoopbackDiscord, place: Place) -> None:
    client = Echo()

    async with running(client):
        await server.connected()
        await client.wait_until_ready()

        assert [guild.id for guild in client.guilds] == [100]
        assert client.get_channel(200) is not None
        assert server.gateway.connected[0].intents == 1
    assert set(server.commands) == {"show"}


async def test_a_wrong_token_is_refused(server: LoopbackDiscord) -> None:
    with pytest.raises(discord.LoginFailure):
        async with running(Echo(), token="another.token"):
            pass


async def test_a_command_is_answered_edited_and_replied_to(
    server: LoopbackDiscord, place: Place
) -> None:
    client = Echo()
    content = bytes(range(256)) * 400

    async with running(client):
        event = await server.slash(
            place.alice, place.channel, "show", prompt="a *cat*", image=("in.bin", content)
        )
        card = server.original(event)
        assert card.text == "a *cat*"
        assert "Cancel" in card.buttons
        reply = await server.wait_for(
            lambda: next((m for m in server.messages if m.reply_to), None)
        )

    assert client.seen == [content]
    assert card.text == "done"
    assert card.attachments == {"out.bin": content}
    assert card.media_urls == (server.world.messages.all[0].files[0].url,)
    assert card.revisions == 1
    assert (reply.reply_to, reply.mentions) == (card.id, (300,))
    (edit,) = server.asked("PATCH", "/messages/@original")
    assert edit.uploads == {"out.bin": len(content)}


async def test_what_a_component_shows_is_not_listed_as_attachment(
    server: LoopbackDiscord, place: Place
) -> None:
    async with running(Echo()) as _, asyncio.timeout(60):
        event = await server.slash(
            place.alice, place.channel, "show", prompt="x", image=("in.bin", b"bytes")
        )
        await server.wait_for(lambda: server.asked("GET", "@original") and len(server.messages) > 1)

        shown = await _json(f"{server.api_url}/webhooks/1/{event.token}/messages/@original")

    assert shown["attachments"] == []
    assert server.original(event).media_urls[0].startswith(f"{server.origin}/attachments/200/")


async def test_a_click_reaches_the_bot(server: LoopbackDiscord, place: Place) -> None:
    client = Echo()
    clicked: list[str] = []

    async def on_interaction(interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.component:
            clicked.append(str(dict(interaction.data or {})["custom_id"]))
            await interaction.response.edit_message(view=Card("cancelled"))

    client.event(on_interaction)
    async with running(client):
        event = await server.slash(
            place.alice, place.channel, "show", prompt="x", image=("in.bin", b"bytes")
        )
        card = server.original(event)
        await server.wait_for(lambda: len(server.messages) > 1)
        await server.click(place.alice, card, "Cancel")

    assert clicked == ["cancel"]
    assert card.text == "cancelled"


async def _attempt(call: Callable[[], Awaitable[object]]) -> tuple[int, int]:
    with pytest.raises(discord.HTTPException) as caught:
        await call()
    return caught.value.status, caught.value.code


async def test_tokens_obey_discords_rules(server: LoopbackDiscord, place: Place) -> None:
    client, codes = Echo(), []

    async def answer(interaction: discord.Interaction[Echo]) -> None:
        codes.append(await _attempt(interaction.original_response))
        await interaction.response.defer(ephemeral=True, thinking=True)
        again = discord.InteractionResponse(interaction)
        codes.append(await _attempt(again.defer))
        [event] = server.world.interactions.values()
        server.kill_token(event)
        codes.append(await _attempt(interaction.original_response))
        message = client.get_partial_messageable(200).get_partial_message(event.original_id or 0)
        codes.append(await _attempt(message.fetch))
        client.dispatch("tried")

    client.tree.add_command(app_commands.Command(name="rules", description="x", callback=answer))
    async with running(client):
        await client.wait_until_ready()
        tried = asyncio.create_task(client.wait_for("tried", timeout=60))
        await server.slash(place.alice, place.channel, "rules")
        await tried

    assert codes == [(404, 10015), (400, 40060), (401, 50027), (404, 10008)]


async def test_an_answer_after_the_deadline_is_unknown(
    server: LoopbackDiscord, place: Place
) -> None:
    client, codes = Echo(), []

    async def answer(interaction: discord.Interaction[Echo]) -> None:
        server.world.ack_seconds = 0
        codes.append(await _attempt(interaction.response.defer))
        server.world.ack_seconds = 3
        await interaction.response.defer(thinking=True)

    client.tree.add_command(app_commands.Command(name="late", description="x", callback=answer))
    async with running(client):
        await server.slash(place.alice, place.channel, "late")

    assert codes == [(404, 10062)]


async def test_an_applied_fault_takes_effect_and_loses_the_answer(
    server: LoopbackDiscord, place: Place
) -> None:
    client = Echo()
    server.fault("POST", "/channels/*/messages", status="reset", applied=True)

    async with running(client):
        await client.wait_until_ready()
        with pytest.raises(OSError, match=r"(?i)reset|disconnected"):
            await client.get_partial_messageable(200).send("hello")

    assert [message.text for message in server.messages] == ["hello"]


async def test_a_dropped_gateway_is_resumed_with_what_was_missed(
    server: LoopbackDiscord, place: Place
) -> None:
    client = Echo()
    renamed = payloads.guild(place.guild, [place.channel], server.world.bot) | {"name": "renamed"}

    async with running(client):
        await client.wait_until_ready()
        heard = asyncio.create_task(client.wait_for("guild_update", timeout=60))
        await server.gateway.drop()
        await server.gateway.dispatch("GUILD_UPDATE", renamed)
        _, after = await heard

    assert after.name == "renamed"
    assert (server.gateway.identified, server.gateway.resumed) == (1, 1)


async def test_a_route_that_is_not_built_fails_the_test() -> None:
    with pytest.raises(AssertionError, match=r"no such route here: GET /guilds/1/bans"):
        async with LoopbackDiscord() as server:
            await _json(f"{server.api_url}/guilds/1/bans")


async def _json(url: str) -> dict[str, object]:
    headers = {"Authorization": f"Bot {LoopbackDiscord.TOKEN}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(url) as response,
    ):
        found: dict[str, object] = await response.json()
        return found
