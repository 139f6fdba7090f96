"""How many jobs each relay bears at once, and which models must wait for that."""

from collections import Counter
from collections.abc import Mapping

from bot.domain.errors import Refusal
from bot.domain.models import Catalogue


class Slots:
    """Counts the running jobs of each relay; `limits` is by the relay's name."""

    def __init__(self, catalogue: Catalogue, limits: Mapping[str, int]) -> None:
        self._catalogue = catalogue
        self._limits = limits
        self._running: Counter[str] = Counter()

    def full_models(self) -> list[str]:
        """The models whose relay has no free slot."""
        return [model.id for model in self._catalogue if not self._free(model.relay)]

    def take(self, model_id: str) -> None:
        """A job of that model starts."""
        self._running[self._relay(model_id)] += 1

    def give(self, model_id: str) -> None:
        """It ended."""
        self._running[self._relay(model_id)] -= 1

    def _free(self, relay: str) -> bool:
        return self._running[relay] < self._limits.get(relay, 0)

    def _relay(self, model_id: str) -> str:
        try:
            return self._catalogue.get(model_id).relay
        except Refusal:
            return ""  # gone from the settings: its job fails at once and needs no relay
