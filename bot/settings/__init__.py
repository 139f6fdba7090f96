"""What the operator has set, read once: environment over `.env` over `clapper.toml`."""

from bot.settings.load import Purpose, config_path, load_settings, missing, unknown_in_dotenv
from bot.settings.model import Relay, Settings

__all__ = [
    "Purpose",
    "Relay",
    "Settings",
    "config_path",
    "load_settings",
    "missing",
    "unknown_in_dotenv",
]
