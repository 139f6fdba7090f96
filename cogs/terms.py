"""How moderators write allowances and expiries, read into records."""

import re
from datetime import UTC, datetime, timedelta

from bot.domain.errors import Refusal
from bot.generation.quotas import MOST_CREDITS

UNLIMITED = "unlimited"
DEFAULT = "default"
LONGEST = timedelta(days=3660)

_DAYS = {"d": 1, "w": 7}


def is_default(text: str) -> bool:
    """Whether the rule is to go rather than to change."""
    return text.strip().casefold() == DEFAULT


def is_number(text: str) -> bool:
    """Whether it is a whole number that may be an allowance."""
    return re.fullmatch(r"\d{1,7}", text, re.ASCII) is not None


def allowance(text: str) -> int | None:
    """`5` → 5 credits, `unlimited` → None.

    Raises:
        Refusal: `refusal-allowance`.
    """
    word = text.strip().casefold()
    if word == UNLIMITED:
        return None
    if is_number(word):
        return int(word)
    raise Refusal("refusal-allowance", most=MOST_CREDITS)


def expiry(text: str, now: datetime) -> datetime:
    """`7d`, `2w` or a day such as `2026-12-31`, whose end (UTC) is meant; a bare number is days.

    Raises:
        Refusal: `refusal-expires`, also for what is over already.
    """
    found = re.fullmatch(r"(\d{1,4}) ?([dw]?)", text.strip().casefold(), re.ASCII)
    moment = _after(found, now) if found else _end_of(text.strip())
    if moment is None or not now < moment <= now + LONGEST:
        raise Refusal("refusal-expires")
    return moment


def _after(found: re.Match[str], now: datetime) -> datetime:
    return now + timedelta(days=int(found[1]) * _DAYS[found[2] or "d"])


def _end_of(day: str) -> datetime | None:
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
