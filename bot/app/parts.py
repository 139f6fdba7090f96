"""Put the parts together: every dependency is handed in here, once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property, partial

from bot.app.housekeeping import free_bytes
from bot.app.outside import Relays, video_fetcher
from bot.app.pace import Pace
from bot.client import ClapperBot
from bot.delivery import Fitter
from bot.generation.again import Again, Delete, GoOn
from bot.generation.attempt import Attempt
from bot.generation.cancel import Cancel
from bot.generation.collect import Collect
from bot.generation.deliver import Deliver
from bot.generation.earlier import EarlierVideos
from bot.generation.endings import Endings
from bot.generation.gate import Bell, Gate
from bot.generation.heartbeat import Heartbeat
from bot.generation.inputs import Inputs
from bot.generation.library import Library
from bot.generation.line import Line
from bot.generation.pictures import Pictures
from bot.generation.probe import Probe
from bot.generation.quotas import Moderation, Quotas
from bot.generation.recover import Recover
from bot.generation.room import Room
from bot.generation.shelf import Shelf
from bot.generation.slots import Slots
from bot.generation.standing import Standing
from bot.generation.submit import Submit
from bot.generation.turns import Turns
from bot.generation.worker import Worker
from bot.net import MediaClient
from bot.presenter.buttons import job_buttons
from bot.presenter.desk import Desk
from bot.presenter.editor import Editor
from bot.presenter.face import Faces
from bot.presenter.invalid_requests import InvalidRequests
from bot.presenter.log_channel import LogChannel
from bot.settings import Settings
from bot.telemetry import Metrics
from bot.text import Texts
from storage.database import Database
from storage.jobs import Jobs
from storage.leases import Leases
from storage.ledger import Ledger
from storage.rules import Rules


class Parts:
    """Every part, made when it is first asked for; nothing runs and nothing is closed here."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        relays: Relays,
        media: MediaClient,
        clock: Callable[[], datetime],
        pace: Pace,
    ) -> None:
        self._settings = settings
        self._database = database
        self._relays = relays
        self._media = media
        self._clock = clock
        self._pace = pace
        self._catalogue = settings.catalogue
        self._inputs = Inputs(settings.inputs_dir)
        self._shelf = Shelf(settings.videos_dir)
        self._bell = Bell()
        self._standing = Standing(self._catalogue, clock)
        self._invalid = InvalidRequests(clock, pace.refusals)
        self.gate = Gate()
        self.metrics = Metrics()

    @cached_property
    def bot(self) -> ClapperBot:
        shards = self._settings.shards
        return ClapperBot(
            # One process of a bot declares its commands for all.
            declared=self._settings.process_dir / "commands.sha256" if 0 in shards else None,
            shards=shards,
            shard_count=self._settings.shard_count,
            proxy=self._settings.discord_proxy.get_secret_value() or None,
            http_trace=self._invalid.trace(),
        )

    @cached_property
    def jobs(self) -> Jobs:
        return Jobs(self._database, self._clock, max_running=self._settings.max_running)

    @cached_property
    def leases(self) -> Leases:
        return Leases(self._database, self._clock)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self._database, self._clock, self._settings.limits)

    @cached_property
    def earlier(self) -> EarlierVideos:
        return EarlierVideos(jobs=self.jobs, catalogue=self._catalogue)

    @cached_property
    def faces(self) -> Faces:
        return Faces(texts=Texts(), models=self._catalogue, buttons=job_buttons)

    @cached_property
    def editor(self) -> Editor:
        return Editor(
            bot=self.bot,
            faces=self.faces,
            clock=self._clock,
            pace=self._pace.cards,
            invalid=self._invalid,
        )

    @cached_property
    def line(self) -> Line:
        return Line(jobs=self.jobs, cards=self.editor, metrics=self.metrics, pause=self._pace.line)

    @cached_property
    def endings(self) -> Endings:
        return Endings(
            ledger=self.ledger,
            jobs=self.jobs,
            leases=self.leases,
            cards=self.editor,
            inputs=self._inputs,
            earlier=self.earlier,
            line=self.line,
            clock=self._clock,
            pause=self._pace.postponed,
            metrics=self.metrics,
        )

    @cached_property
    def pictures(self) -> Pictures:
        return Pictures(
            jobs=self.jobs,
            ledger=self.ledger,
            cards=self.editor,
            endings=self.endings,
            line=self.line,
            bell=self._bell,
            inputs=self._inputs,
        )

    @cached_property
    def recover(self) -> Recover:
        return Recover(
            worker=self._settings.worker_name,
            alone=self._settings.alone,
            jobs=self.jobs,
            leases=self.leases,
            cards=self.editor,
            endings=self.endings,
            line=self.line,
            bell=self._bell,
            clock=self._clock,
            began=self._clock(),
            pause=self._pace.recovery,
        )

    @cached_property
    def heartbeat(self) -> Heartbeat:
        return Heartbeat(leases=self.leases, cards=self.editor, pause=self._pace.heartbeat)

    @cached_property
    def probe(self) -> Probe:
        return Probe(standing=self._standing, relays=self._relays, pause=self._pace.probe)

    @cached_property
    def room(self) -> Room:
        return Room(
            database=self._database,
            gate=self.gate,
            operators=self.log_channel,
            free=partial(free_bytes, self._settings.data_dir),
            pause=self._pace.room,
        )

    @cached_property
    def worker(self) -> Worker:
        limits = {name: relay.concurrency for name, relay in self._settings.relays.items()}
        return Worker(
            name=self._settings.worker_name,
            jobs=self.jobs,
            leases=self.leases,
            heartbeat=self.heartbeat,
            attempt=self._attempt,
            endings=self.endings,
            line=self.line,
            gate=self.gate,
            bell=self._bell,
            slots=Slots(self._catalogue, limits),
            metrics=self.metrics,
            alone=self._settings.alone,
            pause=self._pace.look,
        )

    @cached_property
    def _attempt(self) -> Attempt:
        return Attempt(
            jobs=self.jobs,
            ledger=self.ledger,
            cards=self.editor,
            inputs=self._inputs,
            earlier=self.earlier,
            deliver=self._deliver,
            operators=self.log_channel,
            standing=self._standing,
            gate=self.gate,
            catalogue=self._catalogue,
            relays=self._relays,
            clock=self._clock,
            limit=timedelta(seconds=self._settings.relay_job_seconds),
            silence=self._pace.silence,
        )

    @cached_property
    def log_channel(self) -> LogChannel:
        channel = self._settings.log_channel
        return LogChannel(bot=self.bot, texts=self.faces.texts, channel_id=channel)

    @cached_property
    def _deliver(self) -> Deliver:
        return Deliver(
            jobs=self.jobs,
            ledger=self.ledger,
            cards=self.editor,
            earlier=self.earlier,
            fetcher=video_fetcher(self._settings, self._media),
            fitter=Fitter(seconds=self._settings.encode_seconds),
            turns=Turns(),
            keeps=bool(self._settings.media_keep),
            clock=self._clock,
            metrics=self.metrics,
        )

    @cached_property
    def submit(self) -> Submit:
        return Submit(
            ledger=self.ledger,
            jobs=self.jobs,
            earlier=self.earlier,
            catalogue=self._catalogue,
            gate=self.gate,
            standing=self._standing,
            pictures=self.pictures,
            line=self.line,
            bell=self._bell,
            endings=self.endings,
            max_image_bytes=self._settings.max_image_bytes,
        )

    @cached_property
    def cancel(self) -> Cancel:
        refund = self._settings.refund_cancelled
        return Cancel(jobs=self.jobs, endings=self.endings, worker=self.worker, refund=refund)

    @cached_property
    def library(self) -> Library:
        return Library(
            jobs=self.jobs,
            ledger=self.ledger,
            shelf=self._shelf,
            endings=self.endings,
            metrics=self.metrics,
            keep=self._settings.media_keep,
            clock=self._clock,
        )

    @cached_property
    def desk(self) -> Desk:
        return Desk(
            submit=self.submit,
            cancel=self.cancel,
            again=Again(jobs=self.jobs, inputs=self._inputs, earlier=self.earlier),
            go_on=GoOn(jobs=self.jobs, earlier=self.earlier),
            delete=Delete(jobs=self.jobs, shelf=self._shelf),
            collect=Collect(
                jobs=self.jobs,
                cards=self.editor,
                endings=self.endings,
                deliver=self._deliver,
                bell=self._bell,
            ),
            quotas=Quotas(ledger=self.ledger),
            moderation=Moderation(ledger=self.ledger, rules=Rules(self._database, self._clock)),
            library=self.library,
            cards=self.editor,
            faces=self.faces,
            clock=self._clock,
            moderator_role=self._settings.moderator_role,
        )
