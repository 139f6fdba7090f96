"""Run the real bot: start, serve until told to stop, and stop without losing anything."""

import asyncio
import os
import signal

import structlog

from bot.app.application import Application, application
from bot.app.gateway import Gateway
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
    async with application(settings) as app, app.at_work():
        gateway = Gateway(app.bot, settings.discord_token.get_secret_value())
        connected = asyncio.create_task(gateway.run(), name="gateway")
        stopped = asyncio.create_task(stop.wait(), name="stop signal")
        await asyncio.wait({connected, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        return await _finish(app, connected, settings.grace_seconds)


async def _finish(app: Application, connected: "asyncio.Task[None]", grace: float) -> int:
    app.refuse_new_work()
    if connected.done() and (error := connected.exception()) is not None:
        log.error("gateway.refused", error=repr(error))
        await app.bot.close()
        return 1
    await app.drain(grace)
    await app.bot.close()
    connected.cancel()
    await asyncio.wait({connected})
    return 0


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
