"""A model that was given up returns when its relay lists it again."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.domain.errors import FailureKind, Refusal
from bot.domain.models import Catalogue, VideoModel
from bot.generation.probe import Probe
from bot.generation.standing import FIRST_PAUSE, STRIKES, Standing
from bot.net import MediaClient, relay_http
from bot.relay import RelayClient
from tests.cli.relay import KEY, Relay

PATIENCE = 20
MODEL = VideoModel(id="veo", label="Veo", name="veo-{seconds}s", seconds=(4, 8))


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize(
    ("offered", "works"),
    [(["veo-8s"], True), (["veo-preview"], False), (["veo-{seconds}s"], False)],
)
async def test_a_model_returns_by_a_name_that_it_is_asked_for_by(
    offered: list[str], works: bool
) -> None:
    clock = Clock()
    standing = Standing(Catalogue([MODEL]), clock)
    for _ in range(STRIKES):
        standing.failed(MODEL, FailureKind.MODEL_UNAVAILABLE)
    clock.now += FIRST_PAUSE

    async with (
        asyncio.timeout(PATIENCE),
        Relay(models=offered) as relay,
        relay_http(silence_seconds=PATIENCE) as http,
        MediaClient(allowed_origins=(), max_bytes=0, timeout_seconds=PATIENCE) as media,
    ):
        client = RelayClient(base_url=relay.url, api_key=KEY, http=http, media=media)
        probe = Probe(standing=standing, relays={"default": client}, pause=0.01)
        await _probed(probe, standing)

    assert _works(standing) is works


async def _probed(probe: Probe, standing: Standing) -> None:
    """Let it look until nothing is due any more."""
    looking = asyncio.create_task(probe.run())
    while standing.due():  # noqa: ASYNC110 - it has no event to wait for
        await asyncio.sleep(0.01)
    looking.cancel()


def _works(standing: Standing) -> bool:
    try:
        standing.check(MODEL)
    except Refusal:
        return False
    return True
