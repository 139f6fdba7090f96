"""Ask relays that were given up whether they work again."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog

from bot.domain.errors import RelayFailure
from bot.domain.models import VideoModel
from bot.generation.standing import Record, Standing

if TYPE_CHECKING:
    from bot.relay import RelayClient

log = structlog.stdlib.get_logger()


class Probe:
    """Looks after what `Standing` has closed; `run` belongs to the application."""

    def __init__(
        self, *, standing: Standing, relays: Mapping[str, "RelayClient"], pause: float
    ) -> None:
        self._standing = standing
        self._relays = relays
        self._pause = pause

    async def run(self) -> None:
        """Look every `pause` seconds until cancelled."""
        while True:
            await asyncio.sleep(self._pause)
            for record in self._standing.due():
                await self._ask(record)

    async def _ask(self, record: Record) -> None:
        try:
            offered = await self._relays[record.relay].models()
        except RelayFailure as failure:
            log.info("probe.still_closed", relay=record.relay, kind=failure.kind.value)
            self._standing.close(record)
            return
        if offered is None or (record.model is None and not offered):
            record.trial = True  # the relay does not tell: the next real job finds out
        elif record.model is None or _offers(offered, record.model):
            log.info("probe.reopened", relay=record.relay)
            self._standing.reopen(record)
        else:
            self._standing.close(record)


def _offers(names: list[str], model: VideoModel) -> bool:
    """Whether the relay lists the model by any of the names that it may be asked for by."""
    return not set(names).isdisjoint(model.names())
