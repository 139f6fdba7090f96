"""What `check` found out about one thing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.errors import Param


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """The bot starts; something will not be as it should."""
    PROBLEM = "problem"
    """The bot cannot start, or cannot make a video."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report; `code` is the key of a sentence that says how to mend it."""

    level: Level
    subject: str
    code: str
    params: Mapping[str, Param] = field(default_factory=dict)


def ok(subject: str, code: str, **params: Param) -> Finding:
    """All is well."""
    return Finding(level=Level.OK, subject=subject, code=code, params=params)


def warning(subject: str, code: str, **params: Param) -> Finding:
    """Something to know."""
    return Finding(level=Level.WARNING, subject=subject, code=code, params=params)


def problem(subject: str, code: str, **params: Param) -> Finding:
    """Something to mend."""
    return Finding(level=Level.PROBLEM, subject=subject, code=code, params=params)
