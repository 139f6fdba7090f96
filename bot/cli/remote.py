"""What lies elsewhere: the database and the relays."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from bot.cli.findings import Finding, ok, problem, warning
from bot.cli.offers import look_at_models, shortened
from bot.domain.errors import FailureKind, RelayFailure, StorageError
from bot.domain.models import VideoModel
from bot.net import MediaClient, relay_http
from bot.relay import RelayClient
from bot.settings import Relay, Settings
from storage.look import contradictions, look

_SILENCE_SECONDS = 20.0
_MAX_SKEW = 60
_UNREACHED = (FailureKind.TIMEOUT, FailureKind.UPSTREAM, FailureKind.TRUNCATED)

_SHOWN = 5
"""Contradictions of the ledger that are named; all of one fault look alike."""


class _Headers(Protocol):
    def get_list(self, key: str) -> list[str]: ...


class _Response(Protocol):
    """As much of an HTTP response as the clock needs."""

    @property
    def headers(self) -> _Headers: ...


async def look_at_database(settings: Settings) -> Finding:
    """Whether a start could open it, and what it would do to it."""
    try:
        found = await look(settings.database)
    except StorageError as error:
        return problem("database", error.code, **error.params)
    if not found.exists:
        return ok("database", "check-database-new", folder=str(settings.data_dir))
    code = "check-database-old" if found.migrations else "check-database"
    return ok("database", code, kind=found.kind, count=found.migrations)


async def look_at_ledger(settings: Settings) -> Finding:
    """Whether an up-to-date ledger keeps its laws; the bot would start anyhow and say so."""
    try:
        broken = await contradictions(settings.database)
    except StorageError as error:
        return problem("ledger", error.code, **error.params)
    if broken:
        shown = ", ".join(broken[:_SHOWN])
        return warning("ledger", "check-ledger-broken", count=len(broken), shown=shown)
    return ok("ledger", "check-ledger")


async def look_at_relays(
    settings: Settings, *, clock: Callable[[], datetime]
) -> AsyncGenerator[Finding, None]:
    """Whether each relay takes its key and knows the models, and whether the clocks agree."""
    for name, relay in settings.relays.items():
        if not relay.api_key:
            continue
        dates: list[str] = []
        for finding in await _look_at_relay(settings, name, relay, dates):
            yield finding
        if dates:
            yield _of_clock(name, dates[0], clock())


async def _look_at_relay(
    settings: Settings, name: str, relay: Relay, dates: list[str]
) -> list[Finding]:
    """What the list of models shows; the relay's clock is put into `dates`."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(relay_http(silence_seconds=_SILENCE_SECONDS))
        media = await stack.enter_async_context(_media(relay))

        async def remember(response: _Response) -> None:
            dates.extend(response.headers.get_list("Date"))

        http.event_hooks["response"].append(remember)
        client = RelayClient(
            base_url=relay.base_url,
            api_key=relay.api_key.get_secret_value(),
            http=http,
            media=media,
            headers=relay.headers,
        )
        models = [model for model in settings.catalogue if model.relay == name]
        try:
            return _of_models(models, name, relay, await client.models())
        except RelayFailure as failure:
            return [_of_failure(models, name, relay, failure)]


def _media(relay: Relay) -> MediaClient:
    return MediaClient(
        allowed_origins=(relay.origin,), max_bytes=0, timeout_seconds=_SILENCE_SECONDS
    )


def _of_models(
    models: Sequence[VideoModel], name: str, relay: Relay, offered: list[str] | None
) -> list[Finding]:
    known = _known(models, name, relay)
    if offered is None:
        return [warning("relay", "check-relay-no-models", **known)]
    found = ok("relay", "check-relay", relay=name, address=relay.origin, count=len(offered))
    return [found, *look_at_models(models, name, offered)]


def _of_failure(
    models: Sequence[VideoModel], name: str, relay: Relay, failure: RelayFailure
) -> Finding:
    known = _known(models, name, relay)
    if failure.kind is FailureKind.AUTH:
        return problem("relay", "check-relay-key", **known)
    if failure.kind in _UNREACHED:
        return problem("relay", "check-relay-unreachable", **known)
    told = {"kind": failure.kind.value, "reason": failure.reason}
    return warning("relay", "check-relay-refuses", **known, **told)


def _known(models: Sequence[VideoModel], name: str, relay: Relay) -> dict[str, str]:
    """The relay, and the models that could not be looked at."""
    labels = shortened([model.label for model in models])
    return {"relay": name, "address": relay.origin, "models": labels}


def _of_clock(relay: str, date: str, now: datetime) -> Finding:
    try:
        skew = abs((now - parsedate_to_datetime(date)).total_seconds())
    except (ValueError, TypeError):
        return warning("clock", "check-clock-unknown", relay=relay)
    if skew > _MAX_SKEW:
        return warning("clock", "check-clock-off", relay=relay, seconds=round(skew))
    return ok("clock", "check-clock", relay=relay)
