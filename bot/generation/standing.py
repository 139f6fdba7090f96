"""Which relays and models are known not to work, so that nobody waits for what cannot come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import FailureKind, Refusal
from bot.domain.models import VideoModel

STRIKES = 5
"""Operator's problems in a row before new requests are refused."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)

_RELAY_WIDE = frozenset({FailureKind.AUTH, FailureKind.QUOTA})


@dataclass(slots=True)
class _Record:
    strikes: int = 0
    pause: timedelta = FIRST_PAUSE
    closed_until: datetime | None = None


class Standing:
    """Counts the failures that only the operator can mend, per relay and per model.

    After `STRIKES` in a row requests are refused for a pause that doubles; when it is over, one
    real job may try, and its success reopens everything.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._records: dict[str, _Record] = {}

    def check(self, model: VideoModel) -> None:
        """Let a request for `model` pass.

        Raises:
            Refusal: `refusal-relay` while its relay or the model itself is paused.
        """
        if any(self._closed(key) for key in _keys(model)):
            raise Refusal("refusal-relay", model=model.label)

    def succeeded(self, model: VideoModel) -> None:
        """Forget everything against the model and its relay."""
        for key in _keys(model):
            self._records.pop(key, None)

    def failed(self, model: VideoModel, kind: FailureKind) -> bool:
        """Note a failure; true when the operator should hear of it (the first in a row)."""
        if not kind.operator_must_act:
            return False
        relay, own = _keys(model)
        record = self._records.setdefault(relay if kind in _RELAY_WIDE else own, _Record())
        record.strikes += 1
        if record.strikes >= STRIKES:
            self._close(record)
        return record.strikes == 1

    def _closed(self, key: str) -> bool:
        record = self._records.get(key)
        return bool(record and record.closed_until and self._clock() < record.closed_until)

    def _close(self, record: _Record) -> None:
        record.closed_until = self._clock() + record.pause
        record.pause = min(record.pause * 2, LONGEST_PAUSE)


def _keys(model: VideoModel) -> tuple[str, str]:
    return f"relay:{model.relay}", f"model:{model.id}"
