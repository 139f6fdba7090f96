"""What operators see of a running bot: logs, metrics and its sign of life."""

from bot.telemetry.health import Beat, HeartbeatFile, keep_beating, verdict
from bot.telemetry.logs import configure_logging
from bot.telemetry.metrics import Metrics
from bot.telemetry.redaction import Redactor

__all__ = [
    "Beat",
    "HeartbeatFile",
    "Metrics",
    "Redactor",
    "configure_logging",
    "keep_beating",
    "verdict",
]
