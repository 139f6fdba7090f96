"""What the operator has set, read once: environment over `.env` over `clapper.toml`."""

from bot.settings.load import Purpose, config_path, load_settings
from bot.settings.model import Relay, Settings

__all__ = ["Purpose", "Relay", "Settings", "config_path", "load_settings"]
