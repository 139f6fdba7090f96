"""`backup`: a verified copy of the database while the bot runs."""

from pathlib import Path

from bot.cli.speech import Voice
from bot.settings import load_settings
from bot.telemetry import configure_logging
from bot.text import Texts
from storage.backup import back_up


def back_up_now(target: Path, *, replace: bool) -> int:
    """Say what is in the copy; 1 when there is one but its ledger contradicts itself.

    Raises:
        SettingsError: a setting is malformed.
        StorageError: there is no copy.
    """
    voice = Voice(Texts())
    settings = load_settings(for_="check")
    configure_logging(level="error", format=settings.log_format, secrets=settings.secrets)
    copy = back_up(settings.database, target, replace=replace)
    voice.answer(
        "cli-backup-done",
        path=str(copy.path),
        megabytes=copy.size / 1_000_000,
        jobs=copy.jobs,
        entries=copy.entries,
    )
    if copy.broken:
        voice.complain("cli-backup-laws", count=len(copy.broken), first=copy.broken[0])
    return 1 if copy.broken else 0
