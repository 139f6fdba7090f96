"""Build the bot from its settings, and own what runs beside it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import structlog

from bot.app.housekeeping import tidy_benches, tidy_folders
from bot.app.laws import hold_to_laws
from bot.app.outside import media_client, relay_clients
from bot.app.pace import Pace
from bot.app.parts import Parts
from bot.children import forking
from bot.client import ClapperBot
from bot.delivery.probe import CHILD as VIDEO_CHILD
from bot.domain.errors import StorageError
from bot.generation.shelf import in_use
from bot.intake.images import CHILD as IMAGE_CHILD
from bot.settings import Settings
from bot.telemetry import HeartbeatFile, keep_beating
from storage.database import Database

log = structlog.stdlib.get_logger()

LOADED = (
    "av",
    "PIL.JpegImagePlugin",
    "PIL.PngImagePlugin",
    "PIL.WebPImagePlugin",
    "PIL.ImageOps",
    "pillow_heif",
)
"""What the children for strangers' files spend most of their time on."""
SCRIPTS = (VIDEO_CHILD, IMAGE_CHILD)
"""Those of them that are needed for every job."""


def utc_now() -> datetime:
    """The clock of the real bot."""
    return datetime.now(UTC)


class Application:
    """The whole bot, connected or not; `at_work` starts and ends what runs in the background."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        parts: Parts,
        *,
        clock: Callable[[], datetime],
        pace: Pace,
    ) -> None:
        self._settings = settings
        self._database = database
        self._parts = parts
        self._clock = clock
        self._pace = pace

    @property
    def bot(self) -> ClapperBot:
        """The Discord client, to be connected by the real gateway or by a simulated one."""
        return self._parts.bot

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Free what an earlier run left open, then work until the block ends.

        Everything in the background runs in tasks of this context: none belongs to a command.
        """
        await self._parts.recover.prepare()
        served = self._parts.metrics.served(
            self._settings.metrics_host, self._settings.metrics_port
        )
        with served:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(work, name=name) for name, work in self._background()]
                try:
                    yield
                finally:
                    for task in tasks:
                        task.cancel()

    def refuse_new_work(self) -> None:
        """From now on requests are refused as `restarting`; running jobs go on."""
        self._parts.gate.close()

    async def drain(self, seconds: float) -> None:
        """Wait for running jobs; what is late says so on its card, and the next start goes on."""
        originals = self._parts.desk.originals.drain(seconds)
        late, _ = await asyncio.gather(self._parts.worker.drain(seconds), originals)
        log.info("app.drained", still_running=late)
        await self._parts.worker.park()

    def _background(self) -> list[tuple[str, Coroutine[None, None, None]]]:
        parts = self._parts
        return [
            ("editor", parts.editor.run()),
            ("recovery", parts.recover.run()),
            ("pictures", parts.pictures.run()),
            ("line", parts.line.run()),
            ("worker", parts.worker.run()),
            ("leases", parts.heartbeat.run()),
            ("probe", parts.probe.run()),
            ("room", parts.room.run()),
            ("heartbeat", self._beat()),
            ("housekeeping", self._tidy()),
            ("loop delay", parts.metrics.watch_loop()),
            ("laws", self._verify()),
        ]

    async def _verify(self) -> None:
        """Once connected: until then there is enough to do."""
        await self.bot.was_connected.wait()
        await hold_to_laws(self._settings.database, self._parts.log_channel)

    async def _beat(self) -> None:
        with suppress(OSError):  # the beat itself says what is wrong with the folder
            self._settings.process_dir.mkdir(parents=True, exist_ok=True)
        await keep_beating(
            HeartbeatFile(self._settings.process_dir),
            clock=self._clock,
            connected=lambda: self.bot.connected,
            database=self._database.ping,
            changed=self.bot.connection_changed,
        )

    async def _tidy(self) -> None:
        while True:
            try:
                await self._tidy_once()
            except (OSError, StorageError) as error:
                log.warning("housekeeping.failed", error=repr(error))
            await asyncio.sleep(self._pace.tidying)

    async def _tidy_once(self) -> None:
        """What nobody came for is released first: until then its file may not go."""
        await self._parts.library.expire()
        spared = {name for job in await self._parts.jobs.open_jobs() for name in in_use(job)}
        await asyncio.to_thread(tidy_folders, self._settings, spared)
        await asyncio.to_thread(tidy_benches, self._settings.videos_dir)


@asynccontextmanager
async def application(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now, pace: Pace | None = None
) -> AsyncIterator[Application]:
    """The application on an open database; nothing is connected and nothing runs yet.

    Raises:
        StorageError: the database cannot be opened, or a newer Clapper wrote it.
    """
    pace = pace or Pace()
    async with (
        forking(LOADED, SCRIPTS),
        _database(settings) as database,
        media_client(settings) as media,
        relay_clients(settings, media) as relays,
    ):
        parts = Parts(
            settings=settings,
            database=database,
            relays=relays,
            media=media,
            clock=clock,
            pace=pace,
        )
        parts.bot.desk = parts.desk
        yield Application(settings, database, parts, clock=clock, pace=pace)


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    database = await Database.open(settings.database)
    try:
        yield database
    finally:
        await database.close()
