"""Put the parts together: every dependency is handed in here, once."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.app.pace import Pace
from bot.client import ClapperBot
from bot.delivery import VideoFetcher
from bot.generation.again import Again, Delete
from bot.generation.attempt import Attempt
from bot.generation.cancel import Cancel
from bot.generation.deliver import Deliver
from bot.generation.endings import Endings
from bot.generation.gate import Bell, Gate
from bot.generation.inputs import Inputs
from bot.generation.line import Line
from bot.generation.pictures import Pictures
from bot.generation.probe import Probe
from bot.generation.quotas import Moderation, Quotas
from bot.generation.recover import Recover
from bot.generation.slots import Slots
from bot.generation.standing import Standing
from bot.generation.submit import Submit
from bot.generation.worker import Worker
from bot.net import MediaClient, relay_http
from bot.presenter.buttons import job_buttons
from bot.presenter.desk import Desk
from bot.presenter.editor import Editor
from bot.presenter.face import Faces
from bot.presenter.log_channel import LogChannel
from bot.relay import RelayClient, normalise_base_url
from bot.settings import Settings
from bot.telemetry import Metrics
from bot.text import Texts
from storage.database import Database
from storage.jobs import Jobs
from storage.ledger import Ledger
from storage.rules import Rules

MEDIA_SECONDS = 600.0
"""For the whole download of one video."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the application starts, stops and asks."""

    bot: ClapperBot
    editor: Editor
    pictures: Pictures
    line: Line
    worker: Worker
    recover: Recover
    probe: Probe
    gate: Gate
    metrics: Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What nearly every part stands on."""

    settings: Settings
    clock: Callable[[], datetime]
    pace: Pace
    jobs: Jobs
    ledger: Ledger
    rules: Rules
    bot: ClapperBot
    editor: Editor
    faces: Faces
    endings: Endings
    line: Line
    gate: Gate
    bell: Bell
    standing: Standing
    pictures: Pictures
    inputs: Inputs
    metrics: Metrics


async def build(
    stack: AsyncExitStack,
    settings: Settings,
    database: Database,
    *,
    clock: Callable[[], datetime],
    pace: Pace,
    name: str,
) -> Parts:
    """Make every part; what must be closed is left to `stack`."""
    ground = _ground(settings, database, clock, pace)
    media = await stack.enter_async_context(_media(settings))
    relays = await _relays(stack, settings, media)
    worker = _worker(ground, relays, media, name)
    ground.bot.desk = _desk(ground, worker)
    return Parts(
        bot=ground.bot,
        editor=ground.editor,
        pictures=ground.pictures,
        line=ground.line,
        worker=worker,
        recover=Recover(jobs=ground.jobs, endings=ground.endings),
        probe=Probe(standing=ground.standing, relays=relays, pause=pace.probe),
        gate=ground.gate,
        metrics=ground.metrics,
    )


def _ground(
    settings: Settings, database: Database, clock: Callable[[], datetime], pace: Pace
) -> _Ground:
    metrics, bell, inputs = Metrics(), Bell(), Inputs(settings.inputs_dir)
    jobs = Jobs(database, clock, max_running=settings.max_running)
    ledger, rules = Ledger(database, clock, settings.limits), Rules(database, clock)
    faces = Faces(texts=Texts(), models=settings.catalogue, buttons=job_buttons)
    bot = ClapperBot(
        declared=settings.data_dir / "commands.sha256",
        proxy=settings.discord_proxy.get_secret_value() or None,
    )
    editor = Editor(bot=bot, faces=faces, clock=clock, pace=pace.cards)
    endings = Endings(ledger=ledger, jobs=jobs, cards=editor, inputs=inputs, metrics=metrics)
    line = Line(jobs=jobs, cards=editor, pause=pace.line)
    pictures = Pictures(
        jobs=jobs,
        ledger=ledger,
        cards=editor,
        endings=endings,
        line=line,
        bell=bell,
        inputs=inputs,
    )
    return _Ground(
        settings=settings,
        clock=clock,
        pace=pace,
        jobs=jobs,
        ledger=ledger,
        rules=rules,
        bot=bot,
        editor=editor,
        faces=faces,
        endings=endings,
        line=line,
        gate=Gate(),
        bell=bell,
        standing=Standing(settings.catalogue, clock),
        pictures=pictures,
        inputs=inputs,
        metrics=metrics,
    )


def _desk(ground: _Ground, worker: Worker) -> Desk:
    submit = Submit(
        ledger=ground.ledger,
        jobs=ground.jobs,
        catalogue=ground.settings.catalogue,
        gate=ground.gate,
        standing=ground.standing,
        pictures=ground.pictures,
        line=ground.line,
        bell=ground.bell,
        max_image_bytes=ground.settings.max_image_bytes,
    )
    cancel = Cancel(
        jobs=ground.jobs,
        endings=ground.endings,
        worker=worker,
        refund=ground.settings.refund_cancelled,
    )
    return Desk(
        submit=submit,
        cancel=cancel,
        again=Again(jobs=ground.jobs, inputs=ground.inputs),
        delete=Delete(jobs=ground.jobs, videos=ground.settings.videos_dir),
        quotas=Quotas(ledger=ground.ledger),
        moderation=Moderation(ledger=ground.ledger, rules=ground.rules),
        cards=ground.editor,
        faces=ground.faces,
        clock=ground.clock,
        moderator_role=ground.settings.moderator_role,
    )


def _worker(
    ground: _Ground, relays: Mapping[str, RelayClient], media: MediaClient, name: str
) -> Worker:
    limits = {name: relay.concurrency for name, relay in ground.settings.relays.items()}
    return Worker(
        name=name,
        jobs=ground.jobs,
        attempt=_attempt(ground, relays, _deliver(ground, media)),
        endings=ground.endings,
        line=ground.line,
        gate=ground.gate,
        bell=ground.bell,
        slots=Slots(ground.settings.catalogue, limits),
    )


def _attempt(ground: _Ground, relays: Mapping[str, RelayClient], deliver: Deliver) -> Attempt:
    return Attempt(
        jobs=ground.jobs,
        ledger=ground.ledger,
        cards=ground.editor,
        inputs=ground.inputs,
        deliver=deliver,
        operators=LogChannel(
            bot=ground.bot, texts=ground.faces.texts, channel_id=ground.settings.log_channel
        ),
        standing=ground.standing,
        catalogue=ground.settings.catalogue,
        relays=relays,
        clock=ground.clock,
        limit=timedelta(seconds=ground.settings.relay_job_seconds),
        silence=ground.pace.silence,
    )


def _deliver(ground: _Ground, media: MediaClient) -> Deliver:
    keys = {
        normalise_base_url(relay.base_url): {
            "Authorization": f"Bearer {relay.api_key.get_secret_value()}"
        }
        for relay in ground.settings.relays.values()
    }
    return Deliver(
        jobs=ground.jobs,
        ledger=ground.ledger,
        cards=ground.editor,
        fetcher=VideoFetcher(media, ground.settings.videos_dir, keys=keys),
        clock=ground.clock,
        metrics=ground.metrics,
    )


def _media(settings: Settings) -> MediaClient:
    relays = (normalise_base_url(relay.base_url) for relay in settings.relays.values())
    return MediaClient(
        allowed_origins={*relays, *settings.media_origins},
        max_bytes=settings.max_video_bytes,
        timeout_seconds=MEDIA_SECONDS,
    )


async def _relays(
    stack: AsyncExitStack, settings: Settings, media: MediaClient
) -> dict[str, RelayClient]:
    relays = {}
    for name, relay in settings.relays.items():
        http = await stack.enter_async_context(
            relay_http(silence_seconds=settings.relay_silence_seconds)
        )
        relays[name] = RelayClient(
            base_url=relay.base_url,
            api_key=relay.api_key.get_secret_value(),
            http=http,
            media=media,
            headers=relay.headers,
            silence_seconds=settings.relay_silence_seconds,
            poll_seconds=settings.relay_poll_seconds,
        )
    return relays
