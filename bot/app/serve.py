"""Run the real bot: connect, stay connected, and stop without losing anything."""

import asyncio
import os
import random
import signal

import aiohttp
import discord
import structlog

from bot.app.application import Application, application
from bot.settings import Settings
from bot.telemetry import configure_logging

log = structlog.get_logger()

LONGEST_PAUSE = 300.0
"""Seconds between two attempts to connect: under 500 of Discord's 1,000 identifies a day."""

NOT_NOW = (
    aiohttp.ClientError,
    discord.GatewayNotFound,
    discord.HTTPException,
    discord.ConnectionClosed,
    OSError,
    TimeoutError,
    AttributeError,  # discord.py 2.7.1, when the very first connect is refused (its issue 10520)
)
NEVER = (discord.LoginFailure, discord.PrivilegedIntentsRequired, discord.Forbidden)


def run(settings: Settings) -> int:
    """Run until SIGTERM or Ctrl-C; return the exit code: 0 for a clean stop, 1 for a refused token.

    Raises:
        StorageError: the database cannot be opened.
    """
    configure_logging(
        level=settings.log_level, format=settings.log_format, secrets=settings.secrets
    )
    return asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    stop = _stop_signal()
    async with application(settings) as app, app.at_work():
        connected = asyncio.create_task(_stay_connected(app, settings), name="gateway")
        stopped = asyncio.create_task(stop.wait(), name="stop signal")
        await asyncio.wait({connected, stopped}, return_when=asyncio.FIRST_COMPLETED)
        code = await _finish(app, settings, connected)
        stopped.cancel()
    return code


async def _finish(app: Application, settings: Settings, connected: "asyncio.Task[None]") -> int:
    app.refuse_new_work()
    if connected.done() and (error := connected.exception()) is not None:
        log.error("gateway.refused", error=type(error).__name__)
        return 1
    await app.drain(settings.grace_seconds)
    await app.bot.close()
    connected.cancel()
    await asyncio.wait({connected})
    return 0


async def _stay_connected(app: Application, settings: Settings) -> None:
    pause = 1.0
    while not app.bot.is_closed():
        try:
            await _connect(app, settings)
        except NEVER:
            raise
        except NOT_NOW as error:
            log.warning("gateway.unreachable", error=type(error).__name__, seconds=round(pause))
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 (jitter, no secret)
            pause = min(pause * 2, LONGEST_PAUSE)


async def _connect(app: Application, settings: Settings) -> None:
    if app.bot.user is None:
        await app.bot.login(settings.discord_token.get_secret_value())
    await app.bot.connect(reconnect=True)


def _stop_signal() -> asyncio.Event:
    """Set by the first SIGTERM or Ctrl-C; the second ends the process at once."""
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(1)
        log.info("app.stopping")
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    return stop
