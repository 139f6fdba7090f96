"""What an operator means by a relay's address: the base that every route is added to."""

import re
from urllib.parse import SplitResult, urlsplit

_ROUTES = ("/chat/completions", "/completions", "/models")
_VERSION = re.compile(r"/v\d+[a-z0-9]*(?=/|$)", re.IGNORECASE)
_SPOILT = re.compile(r"[\s\x00-\x1f\x7f\\]")


def normalise_base_url(text: str) -> str:
    """The base URL with its version, without a route or slash at its end.

    Routes that people paste (`/chat/completions`) are taken off; `/v1` is added where the path
    names no version. Query and fragment are dropped: no route could be added behind them.

    Raises:
        ValueError: it is no http(s) address of a host, or it carries a name or password.
    """
    parts = _split(text.strip())
    path = parts.path.rstrip("/")
    for route in _ROUTES:
        path = path.removesuffix(route).rstrip("/")
    if not _VERSION.search(path):
        path += "/v1"
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{path}"


def _split(text: str) -> SplitResult:
    if _SPOILT.search(text):
        raise ValueError("a base URL holds no spaces or backslashes")
    parts = urlsplit(text)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise ValueError("a base URL is http(s)://host")
    if "@" in parts.netloc:
        raise ValueError("a base URL carries no name or password")
    if parts.port == 0:
        raise ValueError("port 0 cannot be reached")
    return parts
