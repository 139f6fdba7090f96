"""A quick sample relay and a client that has its key."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.demo.relay import SampleRelay
from tests.demo.wire import SMALL


@pytest.fixture
async def relay() -> AsyncIterator[SampleRelay]:
    async with SampleRelay(pace=0, film=SMALL) as relay:
        yield relay


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": "Bearer sk-demo"}
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as client:
        yield client
