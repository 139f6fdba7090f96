"""The supervisor against a gateway and a login that fail in every way; real sockets, quick pauses.

Counts and order are what matters: how often a session was begun, and that the bot came back.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, MutableMapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from structlog.testing import capture_logs

import bot.app.gateway
import bot.app.shard
import bot.client
from bot.app.gateway import Gateway, GatewayRefusedError, Persistence
from bot.app.starts import Account, Starts
from bot.client import ClapperBot
from storage.instance import Place as Held
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord

QUICK = Persistence(first=0.001, longest=0.001)
PAGE = "<html><body>error code: 1015, you are being rate limited</body></html>"
SECOND_SHARD = 1 << 22
"""The id of a server that is on shard 1 of 2."""

Logs = Sequence[MutableMapping[str, Any]]


@asynccontextmanager
async def connecting(
    folder: Path, *, share: float = 1.0, shards: Sequence[int] = (0,), declares: bool = False
) -> AsyncIterator[asyncio.Task[None]]:
    """A bot that logs in and stays connected until the block ends."""
    client = ClapperBot(
        declared=folder / "commands" if declares else None,
        shards=shards,
        shard_count=len(shards),
        cogs=(),
    )
    starts = Starts(Account(folder / "sessions", share=share), Held(), between=0)
    gateway = Gateway(client, LoopbackDiscord.TOKEN, starts, persistence=QUICK)

    async def stay() -> None:
        await gateway.log_in()
        await gateway.stay_connected()

    async with client:
        staying = asyncio.create_task(stay())
        try:
            yield staying
        finally:
            staying.cancel()
            await asyncio.wait({staying})


async def until(true: Callable[[], object]) -> None:
    """Wait for what has no event, such as a line of the log."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 (see above)
            await asyncio.sleep(0.005)


def counted(logs: Logs, event: str) -> int:
    return sum(entry["event"] == event for entry in logs)


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


async def test_names_that_cannot_be_resolved_are_asked_again(
    server: LoopbackDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway, api = DiscordWebSocket.DEFAULT_GATEWAY, Route.BASE
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL("ws://gateway.invalid"))
    monkeypatch.setattr(Route, "BASE", "http://discord.invalid/api")

    with capture_logs() as logs:
        async with connecting(tmp_path):
            await until(lambda: counted(logs, "gateway.unreachable") > 2)
            monkeypatch.setattr(Route, "BASE", api)
            await server.wait_for(lambda: server.asked("GET", "/users/@me"))
            before = counted(logs, "gateway.unreachable")
            await until(lambda: counted(logs, "gateway.unreachable") > before + 2)
            monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
            await server.connected()

    assert server.gateway.identifies == [(0, 1)]


async def test_a_discord_that_is_not_there_at_first_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with LoopbackDiscord(listening=False) as server:
        monkeypatch.setattr(Route, "BASE", server.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway_url))
        with capture_logs() as logs:
            async with connecting(tmp_path):
                await until(lambda: counted(logs, "gateway.unreachable") > 10)
                await server.listen()
                await server.connected()

        assert server.gateway.identifies == [(0, 1)]


@pytest.mark.parametrize("path", ["/users/@me", "/oauth2/applications/@me"])
@pytest.mark.parametrize("status", [403, 429, 503])
async def test_a_login_that_is_answered_by_a_page_is_tried_again(
    server: LoopbackDiscord, tmp_path: Path, status: int, path: str
) -> None:
    server.fault("GET", path, status=status, times=3, page=PAGE)

    async with connecting(tmp_path):
        await server.connected()

    assert [seen.status for seen in server.asked("GET", path)] == [status] * 3 + [200]


async def test_a_login_that_is_forbidden_by_discord_itself_ends(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    server.fault("GET", "/users/@me", status=403, code=40002)

    async with connecting(tmp_path) as staying:
        with pytest.raises(GatewayRefusedError):
            await staying

    assert len(server.requests) == 1


async def test_a_login_that_is_never_answered_is_tried_again(
    server: LoopbackDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.app.gateway, "LOGIN_SECONDS", 0.5)
    server.fault("GET", "/users/@me", status="hang")

    async with connecting(tmp_path):
        await server.connected()

    assert [seen.status for seen in server.asked("GET", "/users/@me")] == ["hang", 200]


async def test_commands_that_discord_keeps_waiting_do_not_keep_the_bot(
    server: LoopbackDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.client, "DECLARE_SECONDS", 0.2)
    server.fault("PUT", "/applications/*/commands", status="hang")

    with capture_logs() as logs:
        async with connecting(tmp_path, declares=True):
            await server.connected()

    assert counted(logs, "commands.not_declared") == 1


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
