"""One scene for each test that needs no special one."""

from collections.abc import AsyncIterator

import pytest

from tests.acceptance.scene import Scene, open_scene


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with open_scene() as opened:
        yield opened
