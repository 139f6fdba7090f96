"""One video without Discord: for an operator who wants to see whether key and model work."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from bot.cli.pictures import check_pictures, outgoing
from bot.cli.reports import JsonReport, Report, bar
from bot.cli.saving import Saver, kind_of, numbered, target_for
from bot.cli.speech import Voice
from bot.domain.errors import (
    FailureKind,
    ImageRejected,
    MediaFailure,
    Refusal,
    SettingProblem,
    SettingsError,
)
from bot.domain.events import Accepted, Completed, Event, Failed, Outcome, Pending, Progress
from bot.domain.jobs import MAX_VIDEOS
from bot.domain.models import VideoModel
from bot.domain.requests import VideoRequest, check_prompt
from bot.net import MediaClient, relay_http
from bot.relay import RelayClient, request_body
from bot.settings import Relay, Settings, load_settings
from bot.telemetry import configure_logging
from bot.text import Texts

USAGE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was typed."""

    prompt: str
    images: tuple[str, ...] = ()
    model: str | None = None
    ratio: str | None = None
    seconds: int | None = None
    out: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What was typed, found to be possible."""

    wish: Wish
    settings: Settings
    model: VideoModel
    relay: Relay
    target: Path


def generate_now(wish: Wish, *, as_json: bool) -> int:
    """Make the video and tell of it; the exit code."""
    voice = Voice(Texts())
    settings = load_settings(for_="generate")
    level = settings.log_level if "log_level" in settings.model_fields_set else "error"
    configure_logging(level=level, format=settings.log_format, secrets=settings.secrets)
    try:
        errand = _errand(wish, settings)
    except Refusal as refusal:
        voice.explain(refusal)
        return USAGE
    with nullcontext(JsonReport()) if as_json else bar(voice) as report:
        return asyncio.run(_Run(errand, report, voice).video())


def _errand(wish: Wish, settings: Settings) -> Errand:
    check_prompt(wish.prompt)
    model = _model(wish, settings)
    model.check(ratio=wish.ratio, seconds=wish.seconds, images=len(wish.images))
    check_pictures(wish.images, model, settings.max_image_bytes)
    if (relay := settings.relays.get(model.relay)) is None:
        raise SettingsError([SettingProblem("setting-missing", name="RELAY_BASE_URL")])
    return Errand(
        wish=wish, settings=settings, model=model, relay=relay, target=target_for(wish.out)
    )


def _model(wish: Wish, settings: Settings) -> VideoModel:
    """A model that is not on offer is sent as it was typed: that may be what is tried out."""
    known = {model.id: model for model in settings.catalogue}
    if wish.model is None:
        return settings.catalogue.default
    unknown = VideoModel(id=wish.model, label=wish.model, images=max(1, len(wish.images)))
    return known.get(wish.model, unknown)


class _Run:
    """One errand on its way."""

    def __init__(self, errand: Errand, report: Report, voice: Voice) -> None:
        self._errand = errand
        self._report = report
        self._voice = voice

    async def video(self) -> int:
        """Ask, listen, save; 0 only with a saved video."""
        settings = self._errand.settings
        async with AsyncExitStack() as stack:
            media = await stack.enter_async_context(_media(settings, self._errand.relay))
            http = await stack.enter_async_context(
                relay_http(silence_seconds=settings.relay_silence_seconds)
            )
            try:
                body = await self._body(media)
            except ImageRejected as error:
                return self._fail(
                    FailureKind.INVALID_REQUEST, self._voice.say(error.code, **error.params)
                )
            relay = self._errand.relay
            client = RelayClient(
                base_url=relay.base_url,
                api_key=relay.api_key.get_secret_value(),
                http=http,
                media=media,
                headers=relay.headers,
                silence_seconds=settings.relay_silence_seconds,
                poll_seconds=settings.relay_poll_seconds,
            )
            outcome = await self._ask(client, body)
            return await self._finish(outcome, Saver(media, relay))

    async def _body(self, media: MediaClient) -> Mapping[str, object]:
        wish, model = self._errand.wish, self._errand.model
        images = await outgoing(wish.images, model, media, on_moving=self._tell_moving)
        request = VideoRequest(
            prompt=wish.prompt, model=model.id, seconds=wish.seconds, ratio=wish.ratio
        )
        return request_body(model, request, images)

    def _tell_moving(self, image: str) -> None:
        self._voice.complain("cli-image-moves", path=image)

    async def _ask(self, client: RelayClient, body: Mapping[str, object]) -> Outcome:
        links = tuple(image for image in self._errand.wish.images if "://" in image)
        try:
            async with asyncio.timeout(self._errand.settings.relay_job_seconds):
                events = client.run(
                    body,
                    prompt=self._errand.wish.prompt,
                    input_urls=links,
                    route=self._errand.model.route,
                )
                return await self._follow(events)
        except TimeoutError:
            return Failed(kind=FailureKind.TIMEOUT)

    async def _follow(self, events: AsyncIterator[Event]) -> Outcome:
        async for event in events:
            match event:
                case Accepted(handle=handle):
                    self._report.accepted(handle)
                case Progress():
                    self._report.moved(event)
                case Completed() | Pending() | Failed():
                    return event
        return Failed(kind=FailureKind.TRUNCATED)

    async def _finish(self, outcome: Outcome, saver: Saver) -> int:
        if isinstance(outcome, Completed):
            self._report.completed(outcome.videos)
            return await self._save(outcome.videos[:MAX_VIDEOS], saver)
        failed = outcome if isinstance(outcome, Failed) else Failed(kind=FailureKind.NO_RESULT)
        key = f"failure-{failed.kind.value.replace('_', '-')}"
        code = self._fail(failed.kind, failed.reason or self._voice.say(key, reason=""))
        if failed.kind.operator_must_act or (
            failed.kind is FailureKind.UPSTREAM and not failed.reason
        ):
            self._report.hint(f"cli-hint-{failed.kind.value.replace('_', '-')}")
        return code

    async def _save(self, videos: Sequence[Sequence[str]], saver: Saver) -> int:
        if not videos:
            return self._fail(FailureKind.NO_RESULT, self._voice.say("cli-generate-no-link"))
        failures = []
        for number, links in enumerate(videos, start=1):
            try:
                await self._save_one(links, numbered(self._errand.target, number), saver)
            except MediaFailure as error:
                failures.append((number, error))
        for number, failure in failures:
            why = self._voice.say(failure.code, **failure.params)
            message = self._voice.say(
                "cli-generate-one", number=number, count=len(videos), message=why
            )
            self._fail(kind_of(failure), message)
        return 1 if failures else 0

    async def _save_one(self, links: Sequence[str], target: Path, saver: Saver) -> None:
        try:
            clip = await saver.save(links, target)
        except OSError as error:
            raise MediaFailure("cli-generate-unwritten", path=str(target)) from error
        self._report.saved(target, replace(clip, path=target))

    def _fail(self, kind: FailureKind, message: str) -> int:
        self._report.failed(kind.value, message)
        return 1


def _media(settings: Settings, relay: Relay) -> MediaClient:
    return MediaClient(
        allowed_origins=(*settings.media_origins, relay.origin),
        max_bytes=settings.max_video_bytes,
        timeout_seconds=settings.relay_silence_seconds,
    )
