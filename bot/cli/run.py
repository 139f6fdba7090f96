"""`run`: the bot itself."""

# ruff: noqa: PLC0415 - settings that are wrong are told before the bot is loaded

import gc
import os
import sys


def run_now() -> int:
    """Load the bot, and run it until it is told to stop.

    Raises:
        SettingsError: a setting is missing or malformed.
        StorageError: the database cannot be opened, or another bot works on it.
    """
    gc.disable()  # until all is loaded: nothing of that goes away, however often it is looked at
    _do_without("click", "rich")
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it looks through all packages
    from bot.settings import load_settings

    settings = load_settings(for_="run")
    from bot.app import run

    return run(settings)


def _do_without(*modules: str) -> None:
    """Let no library load what it only would make use of if it were there.

    structlog and httpx do so, for coloured tracebacks and a command line that the bot has no use
    for: 45 ms of a start.
    """
    for name in modules:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type] # `import` then fails, as the language reference says
