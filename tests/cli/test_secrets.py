"""Commands that fail while they hold secrets: what they print has none of them."""

import pytest

from tests.cli.conftest import Clapper
from tests.cli.relay import KEY, Relay

pytestmark = pytest.mark.unmeasured

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Canary.canarycanarycanarycanarycanarycanary"


@pytest.mark.parametrize(
    ("command", "address"),
    [
        ("run", "postgres://u:canary%2Fp%40ss@127.0.0.1:9/db"),
        ("check", "postgres://u:canary-pass@127.0.0.1:9/db"),
    ],
)
async def test_what_fails_shows_no_secret(
    clapper: Clapper, relay: Relay, command: str, address: str
) -> None:
    settings = relay.settings(DISCORD_TOKEN=TOKEN, DATABASE_URL=address, LOG_LEVEL="debug")

    ended = await clapper(command, **settings)

    said = ended.out + ended.err
    assert ended.code
    assert said
    assert [held for held in ("canary", "Canary", KEY) if held in said] == []
    assert "Traceback" not in said
