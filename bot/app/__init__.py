"""The composition root: the only place that sees everything and the only owner of lifetimes."""

from bot.app.application import Application, application, utc_now
from bot.app.pace import Pace
from bot.app.serve import run

__all__ = ["Application", "Pace", "application", "run", "utc_now"]
