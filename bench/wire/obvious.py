"""The obvious bot: discord.py and the openai client, an edit a second, the whole video in memory.

It is run as a process like ours and asked the same. It remembers nothing, checks nothing and
counts no credits; so what it costs is what the two libraries cost.
"""

import os
import re
import time
from io import BytesIO

import discord
import httpx
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from openai import AsyncOpenAI

_LINK = re.compile(r"\((http\S+)\)")
_ONLY_USERS = discord.AllowedMentions(everyone=False, roles=False, users=True, replied_user=False)


class ObviousBot(discord.Client):
    """Answers `/video`."""

    def __init__(self, relay: AsyncOpenAI) -> None:
        super().__init__(intents=discord.Intents.none(), allowed_mentions=_ONLY_USERS)
        self._relay = relay
        self._http = httpx.AsyncClient(limits=httpx.Limits(max_connections=None))
        self._tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        @self._tree.command(name="video", description="Make a video")
        async def video(interaction: discord.Interaction, prompt: str) -> None:
            await self._video(interaction, prompt)

        await self._tree.sync()

    async def _video(self, interaction: discord.Interaction, prompt: str) -> None:
        await interaction.response.send_message(f"Making: {prompt}")
        said = await self._said(interaction, prompt)
        link = _LINK.search(said)
        assert link, said
        film = (await self._http.get(link[1])).content
        await interaction.followup.send(
            f"<@{interaction.user.id}> here it is", file=discord.File(BytesIO(film), "video.mp4")
        )

    async def _said(self, interaction: discord.Interaction, prompt: str) -> str:
        """All that the relay said, the latest of it shown once a second."""
        said, shown = "", time.monotonic()
        chunks = await self._relay.chat.completions.create(
            model="sora-2", messages=[{"role": "user", "content": prompt}], stream=True
        )
        async for chunk in chunks:
            said += chunk.choices[0].delta.content or ""
            if time.monotonic() - shown >= 1:
                shown = time.monotonic()
                await interaction.edit_original_response(content=said[-1900:])
        return said


def main() -> None:
    Route.BASE = os.environ["WIRE_API"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["WIRE_GATEWAY"])
    relay = AsyncOpenAI(
        base_url=os.environ["RELAY_BASE_URL"], api_key=os.environ["RELAY_API_KEY"], timeout=600
    )
    ObviousBot(relay).run(os.environ["DISCORD_TOKEN"])


if __name__ == "__main__":
    main()
