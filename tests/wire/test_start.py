"""What a start loads before it meets Discord, and what it leaves for later."""

import re
import sys
from pathlib import Path

from tests.wire.bot_process import BotProcess
from tests.wire.conftest import Place

UNUSED = {
    *("typer", "click.core", "rich.console", "pygments", "alembic", "asyncpg", "av", "PIL"),
    *("sqlalchemy.orm", "sqlalchemy.ext.asyncio", "sqlalchemy.dialects.postgresql"),
}
FOR_JOBS = {"bot.relay.reading.reader", "prometheus_client.metrics", "fluent.runtime"}
TELLING = (sys.executable, "-X", "importtime")
CONNECTED = "has connected to Gateway"


async def test_a_start_waits_for_nothing_that_it_has_no_use_for(
    place: Place, tmp_path: Path
) -> None:
    before, now = tmp_path / "before", tmp_path / "now"
    before.mkdir()
    now.mkdir()
    settings = {"RELAY_BASE_URL": "http://127.0.0.1:9/v1", "RELAY_API_KEY": "sample"}
    async with BotProcess(place.server, before, settings) as first:  # which makes the database
        await first.alive(place.server.connected())
        assert await first.stop() == 0
    await place.server.wait_for(lambda: not place.server.gateway.connected)
    settings["DATABASE_URL"] = f"sqlite:///{first.database}"

    async with BotProcess(place.server, now, settings, python=TELLING) as bot:
        for name in FOR_JOBS:
            await bot.alive(bot.says(f" {name}\n"))  # while nobody asks for a video
        assert await bot.stop() == 0

    first_part, _, later = bot.log.partition(CONNECTED)
    assert "bot.app.serve" in _loaded(first_part)
    assert _loaded(first_part) & (UNUSED | FOR_JOBS) == set()
    assert _loaded(later) >= FOR_JOBS


def _loaded(log: str) -> set[str]:
    """The modules that Python says it has loaded."""
    return set(re.findall(r"^import time:.*\| +([\w.]+)$", log, re.MULTILINE))


async def test_a_name_in_the_settings_that_is_nearly_one_is_told(
    place: Place, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("ALLOWED_SERVER=1\nSOMEBODY_ELSES=1\n")
    settings = {"RELAY_BASE_URL": "http://127.0.0.1:9/v1", "RELAY_API_KEY": "sample"}

    async with BotProcess(place.server, tmp_path, settings) as bot:
        await bot.alive(bot.says('"meant": "ALLOWED_SERVERS"'))
        assert await bot.stop() == 0

    assert "SOMEBODY_ELSES" not in bot.log
