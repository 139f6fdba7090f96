"""The supervisor against a gateway that fails in every way.

Counts and order are what matters: how often a session was begun, and that the bot came back.
"""

import sys
from pathlib import Path
from typing import Literal

import pytest
from structlog.testing import capture_logs

import bot.app.shard
from bot.app.gateway import GatewayRefusedError
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.state import Payload
from tests.wire.supervised import connecting, counted, until

SECOND_SHARD = 1 << 22
"""The id of a server that is on shard 1 of 2."""


async def test_a_healthy_start_begins_one_session_at_once(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    with capture_logs() as logs:
        async with connecting(tmp_path):
            await server.connected()

    assert server.gateway.identifies == [(0, 1)]
    assert counted(logs, "sessions.spent") == counted(logs, "sessions.unwritten") == 0


async def test_a_gateway_that_hangs_up_at_once_is_tried_for_ever_and_no_session_is_spent(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    tries = sys.getrecursionlimit() + 100  # more than a retry by recursion would survive
    server.gateway.refuse(at="hello", times=tries)

    async with connecting(tmp_path):
        await server.connected(60)

    assert server.gateway.refused == tries
    assert server.gateway.identifies == [(0, 1)]


@pytest.mark.parametrize("code", [1000, 1001, 4000, 4001, 4002, 4003, 4005, 4007, 4008, 4009])
async def test_a_session_that_is_closed_at_once_is_begun_anew(
    server: LoopbackDiscord, tmp_path: Path, code: int
) -> None:
    server.gateway.refuse(at="identify", code=code, times=3)

    async with connecting(tmp_path):
        await server.connected()

    assert server.gateway.identifies == [(0, 1)] * 4


@pytest.mark.parametrize("code", ["invalid", 4000, 4009])
async def test_sessions_that_never_hold_end_with_the_days_share(
    server: LoopbackDiscord, tmp_path: Path, code: int | Literal["invalid"]
) -> None:
    server.gateway.refuse(at="identify", code=code)

    with capture_logs() as logs:
        async with connecting(tmp_path, share=0.05) as staying:
            await until(lambda: counted(logs, "sessions.spent"))
            assert not staying.done()

    assert len(server.gateway.identifies) == 5


async def test_a_crash_loop_is_counted_over_the_restarts(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    for _ in range(5):
        before = server.gateway.identified
        async with connecting(tmp_path, share=0.05):
            await server.wait_for(lambda: server.gateway.identified > before)  # noqa: B023

    with capture_logs() as logs:
        async with connecting(tmp_path, share=0.05):
            await until(lambda: counted(logs, "sessions.spent"))

    assert len(server.gateway.identifies) == 5


async def test_a_lost_connection_is_gone_on_with(server: LoopbackDiscord, tmp_path: Path) -> None:
    async with connecting(tmp_path):
        await server.connected()
        for times in range(1, 4):
            await server.gateway.drop()
            await server.wait_for(lambda: server.gateway.resumed == times)  # noqa: B023

    assert server.gateway.identifies == [(0, 1)]


@pytest.mark.parametrize(
    "event", [{"type": 3}, {"type": 3, "data": {}}, {"type": 5, "data": None}, {"type": "x"}, {}]
)
async def test_an_event_that_cannot_be_read_costs_no_session_and_comes_once(
    server: LoopbackDiscord, tmp_path: Path, event: Payload
) -> None:
    """discord.py ends the connection over it; what comes after it is sent again then."""
    async with connecting(tmp_path):
        await server.connected()
        await server.gateway.dispatch("INTERACTION_CREATE", event)
        await server.wait_for(lambda: server.gateway.resumed)
        await server.gateway.drop()
        await server.wait_for(lambda: server.gateway.resumed == 2)

    assert server.gateway.identifies == [(0, 1)]


async def test_an_outage_costs_no_session(server: LoopbackDiscord, tmp_path: Path) -> None:
    async with connecting(tmp_path):
        await server.connected()
        server.fault("GET", "/gateway", status="reset", times=8)
        await server.gateway.drop()
        await server.wait_for(lambda: server.gateway.resumed)

    assert server.gateway.identifies == [(0, 1)]


async def test_a_session_that_discord_has_forgotten_is_begun_anew(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    server.gateway.refuse(at="resume", code="invalid", times=1)

    async with connecting(tmp_path):
        await server.connected()
        await server.gateway.drop()
        await server.wait_for(lambda: server.gateway.identified == 2)

    assert server.gateway.resumed == 0


@pytest.mark.parametrize("code", [4000, 4007, 4009])
async def test_a_session_that_cannot_be_gone_on_with_is_given_up(
    server: LoopbackDiscord, tmp_path: Path, code: int
) -> None:
    server.gateway.refuse(at="resume", code=code)

    async with connecting(tmp_path):
        await server.connected()
        await server.gateway.drop()
        await server.wait_for(lambda: server.gateway.identified == 2)

    assert 1 < server.gateway.refused <= bot.app.shard.TRIES


async def test_a_gateway_that_never_opens_the_session_is_left(
    server: LoopbackDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.app.shard, "WELCOME_SECONDS", 0.2)
    server.gateway.refuse(at="identify", code="silence", times=1)

    async with connecting(tmp_path):
        await server.connected()

    assert server.gateway.identifies == [(0, 1)] * 2


async def test_a_gateway_that_does_not_answer_is_left(
    server: LoopbackDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.app.shard, "CONNECT_SECONDS", 0.2)
    server.fault("GET", "/gateway", status="hang", times=2)

    async with connecting(tmp_path):
        await server.connected()

    assert [seen.status for seen in server.asked("GET", "/gateway")] == ["hang", "hang", 101]


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013, 4014])
async def test_a_bot_that_discord_does_not_want_is_told_so_once(
    server: LoopbackDiscord, tmp_path: Path, code: int
) -> None:
    server.gateway.refuse(at="identify", code=code)

    async with connecting(tmp_path) as staying:
        with pytest.raises(GatewayRefusedError, match=str(code)):
            await staying

    assert len(server.gateway.identifies) == 1


async def test_each_shard_of_a_process_has_its_own_connection(
    server: LoopbackDiscord, place: Place, tmp_path: Path
) -> None:
    server.guild(SECOND_SHARD)

    async with connecting(tmp_path, shards=(0, 1)):
        await server.wait_for(lambda: len(server.gateway.connected) == 2)
        await server.gateway.drop()
        await server.wait_for(lambda: server.gateway.resumed == 2)

    assert server.gateway.identifies == [(0, 2), (1, 2)]


async def test_a_shard_that_is_refused_ends_the_others_too(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    async with connecting(tmp_path, shards=(0, 1)) as staying:
        await server.wait_for(lambda: len(server.gateway.connected) == 2)
        await server.gateway.drop(4014)

        with pytest.raises(GatewayRefusedError):
            await staying
