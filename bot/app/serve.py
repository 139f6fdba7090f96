"""Run the real bot: start, serve until told to stop, and stop without losing anything."""

import asyncio
import os
import signal
from collections.abc import Awaitable

import structlog

from bot.app.application import Application, application
from bot.app.gateway import NEVER, Gateway
from bot.settings import Settings
from bot.telemetry import configure_logging

log = structlog.stdlib.get_logger()


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
    async with application(settings) as app:
        gateway = Gateway(app.bot, settings.discord_token.get_secret_value())
        try:
            await _until(stop, gateway.log_in())
            if not stop.is_set():
                await _work(app, gateway, stop, settings.grace_seconds)
        except NEVER as refused:
            log.error("gateway.refused", error=repr(refused))  # noqa: TRY400 (the operator's doing)
            return 1
        finally:
            await app.bot.close()
    return 0


async def _work(app: Application, gateway: Gateway, stop: asyncio.Event, grace: float) -> None:
    """Logged in first: what an earlier run left open is told on its cards before events come."""
    async with app.at_work():
        connected = asyncio.create_task(gateway.stay_connected(), name="gateway")
        await _until(stop, asyncio.shield(connected))
        app.refuse_new_work()
        await app.drain(grace)  # still connected: whoever asks now hears that the bot restarts
        await app.bot.close()
        connected.cancel()
        await asyncio.wait({connected})


async def _until(stop: asyncio.Event, work: Awaitable[None]) -> None:
    """Do the work until it ends, or until told to stop; then it is cancelled."""
    working = asyncio.ensure_future(work)
    stopped = asyncio.create_task(stop.wait(), name="stop signal")
    await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if working.done():
        working.result()
        return
    working.cancel()
    await asyncio.wait({working})


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
        try:
            loop.add_signal_handler(number, on_signal)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(on_signal))
    return stop
