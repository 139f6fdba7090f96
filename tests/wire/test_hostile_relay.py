"""A relay as hostile as any member, and a member beside it: what the whole bot sends to Discord."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.demo.relay import SampleRelay
from tests import hostile
from tests.demo.wire import SMALL
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.live import live
from tests.wire.stand import Clock
from tests.wire.state import Message

SHORT = {name: text for name, text in hostile.TEXTS.items() if 0 < len(text) < 300}
TOLD = " ".join(text.encode(errors="replace").decode() for text in SHORT.values())


@pytest.fixture
async def evil() -> AsyncIterator[str]:
    """The base URL of a relay that says everything bad, first in its steps and then in its end."""

    async def chat(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        lines = (text.encode(errors="replace").decode() for text in SHORT.values())
        for line in (*lines, f"\n> Failed: {TOLD}"):
            await answer.write(chunk(f"> {line}\n\n"))
        await answer.write(b"data: " + json.dumps({"error": {"message": TOLD}}).encode() + b"\n\n")
        return answer

    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    await runner.cleanup()


def chunk(text: str) -> bytes:
    record = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
    }
    return b"data: " + json.dumps(record).encode() + b"\n\n"


async def test_nothing_that_is_sent_comes_alive(
    server: LoopbackDiscord, place: Place, evil: str, tmp_path: Path
) -> None:
    prompt = TOLD[:4000]
    async with (
        SampleRelay(pace=0, film=SMALL) as relay,
        live(relay, tmp_path, Clock(), relay_base_url=evil, default_credits=None) as made,
    ):
        await server.connected()
        card = server.original(
            await server.slash(place.alice, place.channel, "video", prompt=prompt)
        )
        await server.wait_for(lambda: "Again" in card.buttons)
        await server.click(place.alice, card, "Prompt")
        for command in ("quota", "videos"):
            await server.slash(place.alice, place.channel, command)
        made.app.refuse_new_work()

    assert server.unguarded() == []
    assert [alive(message, place) for message in server.messages if alive(message, place)] == []
    assert {message.mentions for message in server.messages} <= {(), (place.alice.id,)}
    texts = [text for text in (TOLD[:60], "evil.example/x.mp4") if text in card.text]
    assert texts == []


def alive(message: Message, place: Place) -> list[str]:
    """What in a message notifies, links or misleads, but for its owner's name and our moments."""
    text = message.text.replace(f"<@{place.alice.id}>", "")
    if "```" in text:  # a code block, in which nothing is alive; what ends it is broken up
        head, _, rest = text.partition("```")
        block, _, tail = rest.rpartition("```")
        text = head + tail + "".join(hostile.unseen(block))
    return [found for found in hostile.alive(text) if not found.startswith("<t:17")]
