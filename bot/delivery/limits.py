"""What bounds a delivery: the size a channel takes, and the time a link lives."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from bot.domain.views import Clip

MARGIN = 256 * 1024
"""Bytes of an upload that are not the file: form fields, headers, the card itself."""


def fits(clip: Clip, limit: int) -> bool:
    """Whether the clip may be attached where files of `limit` bytes are taken."""
    return clip.size <= limit - MARGIN


def link_expiry(url: str, now: datetime) -> datetime | None:
    """When the link ends, where the link itself says so; it may be before `now`.

    Understood are Amazon's and Google's signatures (a start and a length), Azure's `se`, Discord's
    hexadecimal `ex`, and plain Unix times as CloudFront and many others write them. A time that
    lies more than a year from now is taken for something else.
    """
    asked = url.partition("?")[2].partition("#")[0]
    query = {key.lower(): value for key, value in parse_qsl(asked)}
    for read in (_amazon, _google, _azure, _discord, _plain):
        try:
            found = read(query)
        except (ValueError, OverflowError, OSError):  # the last on Windows
            continue
        if found is not None and abs(found - now) < timedelta(days=366):
            return found
    return None


_Query = Mapping[str, str]


def _signed(prefix: str) -> Callable[[_Query], datetime | None]:
    def read(query: _Query) -> datetime | None:
        start, length = query.get(f"{prefix}-date"), query.get(f"{prefix}-expires")
        if start is None or length is None:
            return None
        signed = datetime.strptime(start, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return signed + timedelta(seconds=int(length))

    return read


_amazon = _signed("x-amz")
_google = _signed("x-goog")


def _azure(query: _Query) -> datetime | None:
    end = query.get("se")
    if end is None:
        return None
    moment = datetime.fromisoformat(end)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _discord(query: _Query) -> datetime | None:
    end = query.get("ex")
    return datetime.fromtimestamp(int(end, 16), UTC) if end is not None and "hm" in query else None


def _plain(query: _Query) -> datetime | None:
    for name in ("expires", "expire", "exp", "e", "x-expires", "expires_at"):
        if query.get(name, "").isdecimal():
            return datetime.fromtimestamp(int(query[name]), UTC)
    return None
