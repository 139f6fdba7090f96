"""The real process on a disk that takes nothing any more, and then does again."""

import resource
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


def fill_disk(bot: BotProcess) -> None:
    """No file may grow beyond what the -wal has; the video and the log stay below that."""
    size = Path(f"{bot.database}-wal").stat().st_size
    assert size > 100_000
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def make_room(bot: BotProcess) -> None:
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, unlimited)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits other processes")
async def test_a_full_disk_refuses_new_jobs_and_keeps_the_result_of_a_running_one(
    place: Place, settings: Mapping[str, str], relay: SampleRelay, tmp_path: Path
) -> None:
    bob = place.server.member(place.guild, name="Bob")
    relay.gate.clear()
    async with BotProcess(place.server, tmp_path, settings) as bot:
        running = await bot.alive(
            place.server.slash(place.alice, place.channel, "video", prompt="a cat")
        )
        await bot.alive(place.server.wait_for(lambda: relay.posts))
        await bot.says("ledger.verified")

        fill_disk(bot)
        first = await bot.alive(place.server.slash(bob, place.channel, "video", prompt="a dog"))
        await bot.says("room.new_jobs_refused")
        second = await bot.alive(place.server.slash(bob, place.channel, "video", prompt="a dog"))
        relay.gate.set()
        await bot.says("stamina.retry_scheduled")
        make_room(bot)
        await bot.says("room.new_jobs_taken")

        card = place.server.original(running)
        await bot.alive(place.server.wait_for(lambda: "1 credit used" in card.text))
        again = await bot.alive(place.server.slash(bob, place.channel, "video", prompt="a dog"))
        shown = place.server.original(again)
        await bot.alive(place.server.wait_for(lambda: "1 credit used" in shown.text))
        code = await bot.stop()

    assert code == 0
    for refused in (first, second):
        assert "cannot store anything new" in place.server.original(refused).text
        assert place.server.original(refused).ephemeral
    assert len(relay.posts) == 2, "nothing was asked for that was refused"
