"""The supervisor against a login that fails, and a Discord that cannot be found."""

from pathlib import Path

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from structlog.testing import capture_logs

import bot.app.gateway
import bot.client
from bot.app.gateway import GatewayRefusedError
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.supervised import connecting, counted, until

PAGE = "<html><body>error code: 1015, you are being rate limited</body></html>"


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
