"""Logs: one event per line on stderr, ours and the libraries', none with a secret in it."""

import logging
import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Literal, TextIO

import structlog
from structlog.typing import Processor

from bot.telemetry.redaction import Redactor

Format = Literal["auto", "json", "console"]

_PINNED = {
    "discord": logging.INFO,
    "discord.http": logging.INFO,
    "discord.client": logging.ERROR,  # each start, that there is no voice: nobody wants any
    "aiohttp": logging.INFO,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "hpack": logging.WARNING,
    "aiosqlite": logging.INFO,
    "sqlalchemy": logging.WARNING,
    "alembic": logging.WARNING,
    "asyncio": logging.INFO,
    "PIL": logging.INFO,
    "libav": logging.ERROR,
}
"""The least that libraries may say even when we say everything: below it they print tokens,
bodies and every statement."""


def configure_logging(
    *,
    level: str = "info",
    format: Format = "auto",  # noqa: A002 - the setting's word
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send everything that is logged, and every crash, to `stream` (stderr) one event a line.

    `auto` means readable lines on a terminal and JSON elsewhere. To be called once, at the start.
    """
    target = sys.stderr if stream is None else stream
    redactor = Redactor(secrets)
    as_json = format == "json" or (format == "auto" and not target.isatty())
    handler = _Handler(target)
    handler.setFormatter(_formatter(redactor, as_json=as_json, colours=target.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name, floor in _PINNED.items():
        logging.getLogger(name).setLevel(max(floor, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    logging.captureWarnings(capture=True)
    _catch_crashes()


class _Handler(logging.StreamHandler[TextIO]):
    """Writes events; of what cannot be written Python would print the arguments as they are."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name for it)
        """Say in whose name the event was, once: the stream itself may be what fails."""
        event = "log.unreadable"
        if record.msg != event:
            facts = {"name": record.name, "levelname": record.levelname, "levelno": record.levelno}
            self.emit(logging.makeLogRecord({**facts, "msg": event}))


def _shared() -> list[Processor]:
    """What happens to our events and the libraries' alike, before they are written."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _formatter(
    redactor: Redactor, *, as_json: bool, colours: bool
) -> structlog.stdlib.ProcessorFormatter:
    writer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=colours, exception_formatter=structlog.dev.plain_traceback
        )
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redactor,
            writer,
        ],
    )


def _catch_crashes() -> None:
    """What nobody caught is an event like any other: Python would print it as it is."""
    log = structlog.stdlib.get_logger("bot")

    def crashed(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("process.crashed", exc_info=(kind, error, trace))

    def thread_crashed(crash: threading.ExceptHookArgs) -> None:
        if crash.exc_value is not None:
            crashed(crash.exc_type, crash.exc_value, crash.exc_traceback)

    def unraisable(crash: "sys.UnraisableHookArgs") -> None:
        if crash.exc_value is not None:
            crashed(crash.exc_type, crash.exc_value, crash.exc_traceback)

    sys.excepthook = crashed
    threading.excepthook = thread_crashed
    sys.unraisablehook = unraisable
