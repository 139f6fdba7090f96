"""Secrets that libraries put into their errors, warnings and debug lines: none reaches the log.

Every library is made to fail for real, with canaries where it has secrets: a password in an
address, a key in a header, a token in a path, a signature in a query.
"""

import asyncio
import base64
import gc
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import quote

import aiohttp
import aiosqlite
import asyncpg  # type: ignore[import-untyped]  # it has no types
import discord
import httpcore
import httpx
import msgspec
import pytest
import sqlalchemy
import stamina
import structlog
from aiohttp import web
from alembic.util import CommandError
from pydantic import SecretStr, TypeAdapter
from sqlalchemy.ext.asyncio import create_async_engine
from yarl import URL

from bot.settings import Settings
from bot.telemetry import configure_logging

KEY = "canary-key/with+odd=signs %20"
"""As an operator may have it: quoting changes it."""
PASSWORD = "canary p@ss:word/é'\"\\"
TOKEN = "Q2FuYXJ5Q2FuYXJ5Q2FuYXJ5.Canary.canarycanarycanarycanarycanarycanary"
SECRETS = (KEY, PASSWORD, TOKEN, "canary-plain-password")
INTERACTION = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5OmNhbmFyeQ"
"""How the tokens of interactions begin: "interaction:" and the id, in base64."""
SIGNED = "https://cdn.example/v.mp4?Expires=1&Signature=canary-signature&Key-Pair-Id=canary-id"
CLOSED = "127.0.0.1:9"

log = structlog.stdlib.get_logger("bot")


@pytest.fixture(params=["json", "console"])
def stream(request: pytest.FixtureRequest) -> io.StringIO:
    """Where everything is logged that libraries may say, debug lines too."""
    target = io.StringIO()
    configure_logging(level="debug", format=request.param, secrets=SECRETS, stream=target)
    return target


def leaks(text: str) -> list[str]:
    """Lines with a canary in them, in whatever form; empty when all is well."""
    forms = ("canary", "Canary", "p@ss", "p%40ss", INTERACTION, b64("canary"), b64("u:canary"))
    return [line for line in text.splitlines() if any(form in line for form in forms)]


def b64(text: str) -> str:
    """The start of it in base64, which the next letters do not change."""
    return base64.b64encode(text.encode()).decode().rstrip("=")[:-2]


@pytest.fixture
async def server() -> AsyncIterator[URL]:
    """Refuses everything in words that hold what it was asked with."""

    async def refuse(request: web.Request) -> web.Response:
        told = f"bad key {request.headers.get('Authorization')} for {request.url}"
        return web.json_response({"message": told, "code": 50027}, status=401)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield URL(f"http://127.0.0.1:{runner.addresses[0][1]}")
    await runner.cleanup()


async def httpx_unreachable(_server: URL) -> None:
    async with httpx.AsyncClient() as client:
        await client.get(f"http://u:canary-plain-password@{CLOSED}/x?key=canary-query")


async def httpx_status(server: URL) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(
            str(server.with_query(sig="canary-query")), headers={"Authorization": f"Bearer {KEY}"}
        )
        log.info("answer", body=answer.text, request=repr(answer.request.headers))
        answer.raise_for_status()


async def httpx_illegal_header(server: URL) -> None:
    async with httpx.AsyncClient() as client:
        await client.get(str(server), headers={b"Authorization": f"Bearer {KEY}\n".encode()})


async def httpcore_debug(server: URL) -> None:
    async with httpcore.AsyncConnectionPool() as pool:
        await pool.request("GET", str(server / TOKEN), headers=[("Cookie", KEY)])
        await pool.request("GET", f"nonsense://{KEY}")


async def discord_webhook(server: URL) -> None:
    async with aiohttp.ClientSession() as session:
        hook = discord.Webhook.partial(123456, INTERACTION, session=session)
        log.info("hook", hook=repr(hook), url=hook.url)
        await hook.send("x")


async def discord_login(_server: URL) -> None:
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(TOKEN)


async def discord_frames(_server: URL) -> None:
    event = {"t": "INTERACTION_CREATE", "d": {"token": INTERACTION, "id": "1"}}
    logging.getLogger("discord.gateway").debug("For Shard ID 0: WebSocket Event: %s", event)
    raise RuntimeError(f"bad event {json.dumps(event)} {event!r}")


async def aiohttp_unreachable(_server: URL) -> None:
    async with aiohttp.ClientSession() as session:
        await session.get(f"http://u:canary-plain-password@{CLOSED}/?token=canary-query")


async def aiohttp_status(server: URL) -> None:
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        await session.get(server / "webhooks/1" / INTERACTION, headers={"Authorization": TOKEN})


async def aiohttp_proxy(_server: URL) -> None:
    auth = aiohttp.BasicAuth("u", "canary-plain-password")
    log.info("proxy", auth=repr(auth), sent=f"Proxy-Authorization: {auth.encode()}")
    async with aiohttp.ClientSession() as session:
        await session.get("http://a.example/", proxy=f"http://u:canary-plain-password@{CLOSED}")


async def postgres_unreachable(_server: URL) -> None:
    url = sqlalchemy.URL.create("postgresql+asyncpg", "u", PASSWORD, "127.0.0.1", 9, "db")
    log.info("database", url=url.render_as_string(hide_password=False))
    async with create_async_engine(url).connect():
        pass


async def asyncpg_address(_server: URL) -> None:
    await asyncpg.connect(f"postgres://u:{PASSWORD}@{CLOSED}/db?sslmode=nonsense")


async def sqlalchemy_address(_server: URL) -> None:
    create_async_engine(f"postgres//u:{PASSWORD}@host")


async def sqlalchemy_parameters(_server: URL) -> None:
    engine = create_async_engine("sqlite+aiosqlite://")
    try:
        async with engine.connect() as connection:
            await connection.execute(sqlalchemy.text("SELECT :t FROM nowhere"), {"t": INTERACTION})
    finally:
        await engine.dispose()


async def sqlite_statement(_server: URL) -> None:
    async with aiosqlite.connect(":memory:") as database:
        await database.execute(f"SELECT '{KEY}' FROM nowhere WHERE '{TOKEN}'")


async def pydantic_settings(_server: URL) -> None:
    good: dict[str, Any] = {"relay_api_key": KEY.replace(" ", "")}
    whole = Settings(**good, database_url=SecretStr(f"postgres://u:{quote(PASSWORD)}@h/d"))
    log.info("settings", settings=whole, text=str(whole), record=whole.model_dump())
    bad: dict[str, Any] = {
        "discord_token": f"{TOKEN} {KEY}",
        "metrics_port": KEY,
        "timezone": TOKEN,
        "database_url": f"nonsense://u:{PASSWORD}@h",
    }
    Settings(**bad)


async def pydantic_adapter(_server: URL) -> None:
    TypeAdapter(int).validate_python(KEY)


async def msgspec_input(_server: URL) -> None:
    msgspec.json.decode(json.dumps({"key": KEY}).encode(), type=dict[str, int])


async def stamina_retries(_server: URL) -> None:
    @stamina.retry(on=OSError, attempts=2, wait_initial=0, wait_max=0)
    def ask(key: str, *, url: str) -> None:
        raise OSError(f"{url} refuses {key}")

    ask(KEY, url=SIGNED)


async def alembic_command(_server: URL) -> None:
    raise CommandError(f"Can't locate revision in postgres://u:{PASSWORD}@h/db")


async def locals_of_ours(_server: URL) -> None:
    secret = f"{KEY} {TOKEN}"
    raise ExceptionGroup("two", [ValueError(len(secret)), OSError(secret)])


async def unspoken_locals(_server: URL) -> None:
    held = SECRETS[0] * 2
    raise ValueError(len(held))


async def signed_links(_server: URL) -> None:
    error = RuntimeError(f"cannot fetch {SIGNED}")
    error.add_note(f"asked with {KEY}")
    raise error from KeyError(SIGNED)


LIBRARIES: tuple[Callable[[URL], Awaitable[None]], ...] = (
    httpx_unreachable,
    httpx_status,
    httpx_illegal_header,
    httpcore_debug,
    discord_webhook,
    discord_login,
    discord_frames,
    aiohttp_unreachable,
    aiohttp_status,
    aiohttp_proxy,
    postgres_unreachable,
    asyncpg_address,
    sqlalchemy_address,
    sqlalchemy_parameters,
    sqlite_statement,
    pydantic_settings,
    pydantic_adapter,
    msgspec_input,
    stamina_retries,
    alembic_command,
    locals_of_ours,
    unspoken_locals,
    signed_links,
)


@pytest.mark.parametrize("fail", LIBRARIES, ids=lambda fail: fail.__name__)
async def test_an_error_of_a_library_says_no_secret(
    stream: io.StringIO,
    server: URL,
    fail: Callable[[URL], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", str(server))

    with pytest.raises(Exception) as failed:  # noqa: PT011 (each its own)
        await fail(server)
    error = failed.value
    log.error("failed", exc_info=error, error=repr(error), words=str(error), args=error.args)
    logging.getLogger("discord.client").error("Ignoring %r", error, exc_info=error)

    assert "failed" in stream.getvalue()
    assert leaks(stream.getvalue()) == []


async def test_a_task_that_nobody_looked_after_tells_no_secret(stream: io.StringIO) -> None:
    async def fail() -> None:
        raise RuntimeError(f"{KEY} {TOKEN} {PASSWORD}")

    task = asyncio.create_task(fail(), name=f"task of {KEY}")
    await asyncio.wait({task})
    del task
    gc.collect()

    assert "never retrieved" in stream.getvalue()
    assert leaks(stream.getvalue()) == []


def test_what_python_itself_would_print_tells_no_secret(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    error = RuntimeError(f"{KEY} {TOKEN} {PASSWORD}")

    class Broken:
        def __del__(self) -> None:
            raise error

    def crash() -> None:
        raise error

    Broken()
    thread = threading.Thread(target=crash, name=KEY)
    thread.start()
    thread.join()
    sys.excepthook(RuntimeError, error, None)
    warnings.showwarning(f"old {KEY}", DeprecationWarning, "file.py", 1)
    (ours,) = [each for each in logging.getLogger().handlers if is_to(stream, each)]
    ours.handle(logging.makeLogRecord({"name": "a", "msg": "%s %d", "args": (KEY, TOKEN)}))

    assert stream.getvalue().count("process.crashed") == 3
    assert "log.unreadable" in stream.getvalue()
    assert "file.py" in stream.getvalue()
    assert leaks(stream.getvalue()) == []
    assert capsys.readouterr() == ("", "")


def is_to(stream: io.StringIO, handler: logging.Handler) -> bool:
    return isinstance(handler, logging.StreamHandler) and handler.stream is stream


PICTURE = "data:image/png;base64," + "A" * 63_950
"""It is struck out, so that what stands around it comes together."""


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("before", [63_990, 1_985])
def test_no_half_of_a_secret_is_left_where_a_text_is_cut(
    stream: io.StringIO, secret: str, before: int
) -> None:
    for padding in ("x" * before, PICTURE + " " * (before - len(PICTURE)), "\n" * before):
        log.error("failed", note=f"{padding}{secret}")
    rest = PICTURE + "A" * (64_000 - len(PICTURE) - len(secret) // 2 - 1)
    log.error("failed", exc_info=RuntimeError(f"{secret}\n{rest}"))

    assert leaks(stream.getvalue()) == []
    assert [part for part in (secret[:8], secret[-8:]) if part in stream.getvalue()] == []


@pytest.mark.parametrize(
    "word", ["Basic authentication failed", "a password was not given", "token"]
)
def test_words_about_secrets_are_no_secrets(stream: io.StringIO, word: str) -> None:
    log.info("said", note=word)

    assert word in stream.getvalue()
