"""Speaking to the sample relay as a client of chat relays does."""

import asyncio
import io
import json
import re
from functools import partial
from typing import Any

import aiohttp
from PIL import Image

from bot.demo.film import Film
from bot.demo.relay import SampleRelay

SMALL = partial(Film, seconds=0.5, area=160 * 90)
"""A film that is made in well under a second."""
_SOURCE = re.compile(r"\[原始数据\]\((\S+?)\)")
LINK = re.compile(r"\[在线播放▶️\]\((\S+?)\)")


def body(prompt: str, *, model: str = "sora-2", stream: bool = True) -> dict[str, Any]:
    return {
        "model": model,
        "stream": stream,
        "messages": [{"role": "user", "content": prompt}],
    }


def body_with_image(prompt: str, url: str) -> dict[str, Any]:
    parts = [{"type": "text", "text": prompt}, {"type": "image_url", "image_url": {"url": url}}]
    return body(prompt) | {"messages": [{"role": "user", "content": parts}]}


def deltas(raw: str) -> list[dict[str, Any]]:
    """The `delta` of every chunk, without `[DONE]`."""
    lines = [line.removeprefix("data: ") for line in raw.splitlines() if line]
    chunks = [json.loads(line) for line in lines if line != "[DONE]"]
    return [chunk["choices"][0]["delta"] for chunk in chunks]


def text_of(raw: str) -> str:
    return "".join(delta.get("content", "") for delta in deltas(raw))


def link_in(text: str) -> str:
    found = LINK.search(text)
    assert found, text
    return found[1]


async def ask(client: aiohttp.ClientSession, relay: SampleRelay, asked: dict[str, Any]) -> str:
    """The raw body of a streamed answer."""
    async with client.post(f"{relay.base_url}/chat/completions", json=asked) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


def source_in(text: str) -> str:
    """The link of a task's state."""
    found = _SOURCE.search(text)
    assert found, text
    return found[1]


async def settled(client: aiohttp.ClientSession, source: str) -> dict[str, Any]:
    """What the link of a task says once the task is over."""
    async with asyncio.timeout(60):
        while True:
            async with client.get(source) as answer:
                told: dict[str, Any] = await answer.json()
            if not told["running"]:
                return told
            await asyncio.sleep(0.02)


def picture(size: tuple[int, int] = (300, 200), colour: str = "orange") -> bytes:
    held = io.BytesIO()
    Image.new("RGB", size, colour).save(held, "JPEG")
    return held.getvalue()
