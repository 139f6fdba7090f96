"""The cheap question for a container: is the running bot connected, and its database answering?"""

from datetime import UTC, datetime

from bot.cli.speech import Voice
from bot.domain.errors import SettingsError
from bot.settings import load_settings
from bot.telemetry.health import HeartbeatFile, verdict
from bot.text import Texts


def look() -> int:
    """Say how the bot is in one sentence; 0 only when it is well."""
    voice = Voice(Texts())
    try:
        settings = load_settings(for_="check")
    except SettingsError as error:
        voice.explain(error)
        return 1
    beat = HeartbeatFile(settings.process_dir).read()
    now = datetime.now(UTC)
    found = verdict(beat, now)
    folder = str(settings.process_dir)
    voice.answer(
        found, folder=folder, seconds=round((now - beat.at).total_seconds()) if beat else 0
    )
    return 0 if found == "health-ok" else 1
