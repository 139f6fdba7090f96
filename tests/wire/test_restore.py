"""The restore drill: a copy made while the real process works is a place to start from."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.demo.relay import SampleRelay
from tests.wire.bot_process import BotProcess
from tests.wire.conftest import Place

pytestmark = pytest.mark.unmeasured


@pytest.fixture
def settings(relay: SampleRelay) -> Mapping[str, str]:
    return {"RELAY_BASE_URL": relay.base_url, "RELAY_API_KEY": relay.api_key}


async def test_a_bot_goes_on_from_a_copy_in_a_new_place(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    old, new, copy = tmp_path / "old", tmp_path / "new", tmp_path / "clapper.backup"
    for folder in (old, new):
        folder.mkdir()
    async with BotProcess(place.server, old, settings) as bot:
        event = await bot.alive(
            place.server.slash(place.alice, place.channel, "video", prompt="a cat")
        )
        card = place.server.original(event)
        await bot.alive(place.server.wait_for(lambda: "1 credit used" in card.text))
        copied = await bot.beside("backup", str(copy))
        await bot.stop()
    shutil.copy(copy, new / "clapper.db")

    async with BotProcess(place.server, new, settings) as bot:
        event = await bot.alive(
            place.server.slash(place.alice, place.channel, "video", prompt="a dog")
        )
        card = place.server.original(event)
        await bot.alive(place.server.wait_for(lambda: "1 credit used" in card.text))
        await bot.says("ledger.verified")
        code = await bot.stop()

    assert (copied, code) == (0, 0)
    assert "1 left today" in card.text, "the credit of before is still spent"
