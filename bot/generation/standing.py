"""Which relays and models are known not to work, so that nobody waits for what cannot come."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import FailureKind, Refusal
from bot.domain.models import Catalogue, VideoModel

STRIKES = 5
"""Operator's problems in a row after which new requests are refused."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)

_RELAY_WIDE = frozenset({FailureKind.AUTH, FailureKind.QUOTA})


@dataclass(slots=True, kw_only=True)
class Record:
    """What speaks against one relay, or against one of its models."""

    relay: str
    model: VideoModel | None = None
    """`None` when the whole relay is meant."""
    strikes: int = 0
    pause: timedelta = FIRST_PAUSE
    closed_until: datetime | None = None
    trial: bool = False
    """One real job may try whether it works again."""


class Standing:
    """Counts the failures that only the operator can mend, per relay and per model.

    After `STRIKES` in a row requests are refused for a pause that doubles. When it is over, a
    probe asks the relay; where that tells nothing, one real job may try.
    """

    def __init__(self, catalogue: Catalogue, clock: Callable[[], datetime]) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._records: dict[tuple[str, str], Record] = {}

    def check(self, model: VideoModel) -> None:
        """Let a request for `model` pass.

        Raises:
            Refusal: `refusal-relay` while its relay or the model itself is paused, with the
                models that work instead.
        """
        closed = [record for record in self._of(model) if record.closed_until]
        if not all(record.trial for record in closed):
            raise Refusal("refusal-relay", model=model.label, choices=", ".join(self._working()))
        for record in closed:
            record.trial = False

    def succeeded(self, model: VideoModel) -> None:
        """Forget everything against the model and its relay."""
        for key in _keys(model):
            self._records.pop(key, None)

    def failed(self, model: VideoModel, kind: FailureKind) -> bool:
        """Note a failure; true when the operator should hear of it (the first in a row)."""
        if not kind.operator_must_act:
            return False
        record = self._record(model, whole=kind in _RELAY_WIDE)
        record.strikes += 1
        if record.strikes >= STRIKES:
            self.close(record)
        return record.strikes == 1

    def due(self) -> list[Record]:
        """What is closed and may be asked again now."""
        now = self._clock()
        return [
            record
            for record in self._records.values()
            if record.closed_until and record.closed_until <= now and not record.trial
        ]

    def close(self, record: Record) -> None:
        """It does not work: pause, and for twice as long the next time."""
        record.closed_until = self._clock() + record.pause
        record.pause = min(record.pause * 2, LONGEST_PAUSE)

    def reopen(self, record: Record) -> None:
        """It works again."""
        for key in [key for key, found in self._records.items() if found is record]:
            del self._records[key]

    def _working(self) -> Iterable[str]:
        return (
            model.label
            for model in self._catalogue
            if not any(record.closed_until for record in self._of(model))
        )

    def _of(self, model: VideoModel) -> list[Record]:
        return [self._records[key] for key in _keys(model) if key in self._records]

    def _record(self, model: VideoModel, *, whole: bool) -> Record:
        relay, own = _keys(model)
        fresh = Record(relay=model.relay, model=None if whole else model)
        return self._records.setdefault(relay if whole else own, fresh)


def _keys(model: VideoModel) -> tuple[tuple[str, str], tuple[str, str]]:
    return (model.relay, ""), (model.relay, model.id)
