"""How often Discord lets itself be asked, as far as that is known; who asks oftener gets a 429."""

import time
from collections import defaultdict, deque
from dataclasses import dataclass

_GLOBAL = (50, 1.0)
_TOKEN = (5, 2.0)
_CHANNEL = (5, 5.0)
"""Requests in so many seconds: of a bot in all, by one interaction's token, and to one channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What one answer says about its bucket."""

    bucket: str
    limit: int
    left: int
    """Below zero the request is one too many."""
    reset_after: float

    @property
    def refused(self) -> bool:
        return self.left < 0

    def headers(self) -> dict[str, str]:
        found = {
            "X-RateLimit-Bucket": self.bucket,
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(self.left, 0)),
            "X-RateLimit-Reset": f"{time.time() + self.reset_after:.3f}",
            "X-RateLimit-Reset-After": f"{self.reset_after:.3f}",
            "Via": "1.1 loopback",
        }
        return {**found, "Retry-After": f"{self.reset_after:.3f}"} if self.refused else found


class Limits:
    """Counts in windows that slide; first answers are free, other uses of a token count alone."""

    def __init__(self) -> None:
        self._asked: defaultdict[str, deque[float]] = defaultdict(deque)

    def take(self, method: str, path: str) -> Rate | None:
        """What a request finds; `None` where nothing is limited."""
        parts = path.split("/")
        if parts[1] == "webhooks":
            return self._count(f"token {parts[3]}", *_TOKEN)
        if parts[1] in ("interactions", "gateway", "attachments"):
            return None
        everything = self._count("global", *_GLOBAL)
        if everything.refused or parts[1] != "channels":
            return everything
        return self._count(f"{method} {parts[2]}", *_CHANNEL)

    def _count(self, bucket: str, limit: int, seconds: float) -> Rate:
        now, asked = time.monotonic(), self._asked[bucket]
        while asked and asked[0] <= now - seconds:
            asked.popleft()
        left = limit - len(asked) - 1
        if left >= 0:
            asked.append(now)
        after = asked[0] + seconds - now if asked else 0.0
        return Rate(bucket=bucket, limit=limit, left=left, reset_after=after)
