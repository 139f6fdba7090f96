"""The client for relays."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest

from bot.net import relay_http
from tests.net.loopback import listen, reply


async def _one_line(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\ndata: 1\n")
    await writer.drain()
    await asyncio.Event().wait()


async def test_holds_more_streams_than_the_default_pool() -> None:
    async with (
        listen(v1=_one_line) as host,
        relay_http(silence_seconds=20) as http,
        AsyncExitStack() as streams,
    ):
        streaming = [http.stream("POST", f"{host.url}/v1") for _ in range(150)]
        answers = await asyncio.gather(*map(streams.enter_async_context, streaming))

    assert [answer.status_code for answer in answers] == [200] * 150


async def test_gives_up_a_stream_that_stays_silent() -> None:
    async with listen(v1=_one_line) as host, relay_http(silence_seconds=0.2) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.post(f"{host.url}/v1")


async def test_follows_no_redirect() -> None:
    redirect = reply(status=302, location="/v2")
    async with listen(v1=redirect) as host, relay_http(silence_seconds=5) as http:
        first, second = await http.get(f"{host.url}/v1"), await http.get(f"{host.url}/v1")

    assert (first.status_code, second.status_code) == (302, 302)
    assert len(host.heard) == 2
