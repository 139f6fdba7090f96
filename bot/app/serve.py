"""Run the real bot: start, serve until told to stop, and stop without losing anything."""

import asyncio
import gc
import os
import signal
from collections.abc import Awaitable
from typing import TypeAlias

import structlog

from bot.app.application import Application, application
from bot.app.gateway import Gateway, GatewayRefusedError
from bot.app.outside import load_what_jobs_need
from bot.app.starts import Account, Starts
from bot.app.tasks import together
from bot.domain.errors import SettingsError, StorageError
from bot.settings import Settings, unknown_in_dotenv
from bot.telemetry import configure_logging
from storage.instance import Claim, Place, only_instance

log = structlog.stdlib.get_logger()

Ended: TypeAlias = GatewayRefusedError | StorageError
"""Why a bot ends by itself: Discord does not want it, or another process has taken its place."""


def run(settings: Settings) -> int:
    """Run until SIGTERM or Ctrl-C; return the exit code: 0 for a clean stop, 1 for a refused bot.

    Raises:
        StorageError: the database cannot be opened, or another bot works on it.
    """
    configure_logging(
        level=settings.log_level, format=settings.log_format, secrets=settings.secrets
    )
    return asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    stop = _stop_signal()
    claim = Claim(
        application=settings.application,
        shards=settings.shards,
        shard_count=settings.shard_count,
    )
    async with only_instance(settings.database, claim) as place, application(settings) as app:
        gateway = _gateway(settings, app, place)
        _spare_what_is_loaded()
        async with app.bot:
            ended = await _until(stop, gateway.log_in())
            if ended is None and not stop.is_set():
                work = together(gateway.stay_connected(), place.keep(), _load_the_rest(app))
                ended = await _work(app, work, stop, settings.grace_seconds)
    if isinstance(ended, StorageError):
        raise ended
    if ended is None:
        return 0
    log.error("gateway.refused", error=str(ended))
    return 1


def _spare_what_is_loaded() -> None:
    """Let the garbage collector never look again at what stays anyway.

    That is a quarter of a million objects; each look through them would stop everything else for a
    tenth of a second.
    """
    gc.freeze()
    gc.enable()


async def _load_the_rest(app: Application) -> None:
    """In a thread, once the bot is connected: a start need not wait for it, nor the first job."""
    await app.bot.was_connected.wait()
    try:
        await asyncio.to_thread(load_what_jobs_need)
        for each in await asyncio.to_thread(unknown_in_dotenv):
            log.warning("settings.unknown", name=each.params["name"], meant=each.params["near"])
    except (OSError, SettingsError) as error:  # a file that is being changed: the bot goes on
        log.warning("start.not_all_loaded", error=f"{type(error).__name__}: {error}")
    gc.freeze()


def _gateway(settings: Settings, app: Application, place: Place) -> Gateway:
    share = len(settings.shards) / settings.shard_count
    account = Account(settings.process_dir / "sessions", share=share)
    return Gateway(app.bot, settings.discord_token.get_secret_value(), Starts(account, place))


async def _work(
    app: Application, connection: Awaitable[None], stop: asyncio.Event, grace: float
) -> Ended | None:
    """Logged in first: what an earlier run left open is told on its cards before events come."""
    async with app.at_work():
        connected = asyncio.ensure_future(connection)
        try:
            ended = await _until(stop, asyncio.shield(connected))
            app.refuse_new_work()
            await app.drain(grace)  # still connected: whoever asks now hears that the bot restarts
        finally:
            connected.cancel()
            await asyncio.gather(connected, return_exceptions=True)
    return ended


async def _until(stop: asyncio.Event, work: Awaitable[None]) -> Ended | None:
    """Do the work until it ends, with its reason, or until told to stop; then it is cancelled."""
    working = asyncio.ensure_future(work)
    stopped = asyncio.create_task(stop.wait(), name="stop signal")
    await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    working.cancel()
    (ended,) = await asyncio.gather(working, return_exceptions=True)
    if ended is None or isinstance(ended, GatewayRefusedError | StorageError):
        return ended
    if isinstance(ended, asyncio.CancelledError):
        return None
    raise ended


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
