"""What lies elsewhere: the database and the relays."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from email.utils import parsedate_to_datetime

from bot.cli.findings import Finding, ok, problem, warning
from bot.domain.errors import StorageError
from bot.net import relay_http
from bot.relay.models import Answer, ask_for_models
from bot.settings import Relay, Settings
from storage.look import look

_SILENCE_SECONDS = 20.0
_MAX_SKEW = 60


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


async def look_at_relays(
    settings: Settings, *, clock: Callable[[], datetime]
) -> AsyncGenerator[Finding, None]:
    """Whether each relay takes its key and knows the models, and whether the clocks agree."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(relay_http(silence_seconds=_SILENCE_SECONDS))
        for name, relay in settings.relays.items():
            if not relay.api_key:
                continue
            answer = await ask_for_models(
                http,
                base_url=relay.base_url,
                api_key=relay.api_key.get_secret_value(),
                headers=relay.headers,
            )
            for finding in _of_answer(settings, name, relay, answer):
                yield finding
            if answer.date:
                yield _of_clock(answer.date, clock())


def _of_answer(settings: Settings, name: str, relay: Relay, answer: Answer) -> list[Finding]:
    where = {"relay": name, "address": relay.origin}
    if answer.status is None:
        return [problem("relay", "check-relay-unreachable", **where)]
    if answer.status in (401, 403):
        return [problem("relay", "check-relay-key", **where, status=answer.status)]
    if answer.models is None:
        return [warning("relay", "check-relay-no-models", **where, status=answer.status)]
    found = [ok("relay", "check-relay", **where, count=len(answer.models))]
    for model in settings.catalogue:
        plain = model.name or model.id
        if model.relay == name and "{" not in plain and plain not in answer.models:
            found.append(warning("relay", "check-relay-model", **where, model=plain))
    return found


def _of_clock(date: str, now: datetime) -> Finding:
    try:
        skew = abs((now - parsedate_to_datetime(date)).total_seconds())
    except (ValueError, TypeError):
        return warning("clock", "check-clock-unknown")
    if skew > _MAX_SKEW:
        return warning("clock", "check-clock-off", seconds=round(skew))
    return ok("clock", "check-clock")
