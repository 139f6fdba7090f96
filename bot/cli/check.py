"""`check`: everything that the bot needs, what is wrong with it, and how to mend it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime

import typer

from bot.cli.findings import Finding, Level
from bot.cli.machine import look_at_disk, look_at_encoder
from bot.cli.remote import look_at_database, look_at_ledger, look_at_relays
from bot.cli.setup import look_at_settings, look_at_token
from bot.cli.speech import Voice
from bot.domain.errors import SettingProblem, SettingsError
from bot.settings import Settings, load_settings
from bot.telemetry import configure_logging
from bot.text import Texts

_COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "red"}


def check_now() -> int:
    """Print one line for each thing; 1 when the bot could not start or not make a video."""
    voice = Voice(Texts())
    try:
        settings = load_settings(for_="check")
    except SettingsError:
        found = [_of_setting(problem.code, dict(problem.params)) for problem in _problems()]
        for finding in found:
            _show(voice, finding)
        return _conclude(voice, found)
    configure_logging(level="error", format=settings.log_format, secrets=settings.secrets)
    return _conclude(voice, asyncio.run(_check(settings, voice)))


async def _check(settings: Settings, voice: Voice) -> list[Finding]:
    found = []
    async with aclosing(_looks(settings)) as findings:
        async for finding in findings:
            _show(voice, finding)
            found.append(finding)
    return found


async def _looks(settings: Settings) -> AsyncGenerator[Finding, None]:
    for finding in look_at_settings(settings):
        yield finding
    if settings.discord_token:
        yield look_at_token(settings)
    yield (database := await look_at_database(settings))
    if database.code == "check-database":
        yield await look_at_ledger(settings)
    async with aclosing(look_at_relays(settings, clock=lambda: datetime.now(UTC))) as relays:
        async for finding in relays:
            yield finding
    yield look_at_disk(settings)
    yield await look_at_encoder()


def _problems() -> Sequence[SettingProblem]:
    """All that keeps the bot from starting, and not only what is malformed."""
    try:
        load_settings(for_="run")
    except SettingsError as error:
        return error.problems
    return ()


def _of_setting(code: str, params: dict[str, str | int | float]) -> Finding:
    return Finding(level=Level.PROBLEM, subject="settings", code=code, params=params)


def _show(voice: Voice, finding: Finding) -> None:
    level = voice.say(f"check-level-{finding.level}")
    subject = voice.say(f"check-subject-{finding.subject}")
    mark = typer.style(f"{level:<8}", fg=_COLOURS[finding.level])
    typer.echo(f"{mark} {subject}: {voice.say(finding.code, **finding.params)}")


def _conclude(voice: Voice, found: list[Finding]) -> int:
    problems = sum(finding.level is Level.PROBLEM for finding in found)
    warnings = sum(finding.level is Level.WARNING for finding in found)
    voice.answer("check-conclusion", problems=problems, warnings=warnings)
    return 1 if problems else 0
