"""Logs are set up for a whole process: every test here leaves the process as it was."""

import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Puts back everything of the process that setting up logs changes."""
    root = logging.getLogger()
    names = ["discord", "discord.http", "aiohttp", "httpx", "httpcore", "hpack", "aiosqlite"]
    names += ["sqlalchemy", "alembic", "asyncio", "PIL", "libav"]
    levels = {name: logging.getLogger(name).level for name in names}
    before = (list(root.handlers), root.level)
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning)
    events = structlog.get_config()
    yield
    root.handlers[:], root.level = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(capture=False)
    sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning = hooks
    structlog.configure(**events)
