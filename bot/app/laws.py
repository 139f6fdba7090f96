"""Hold the ledger to its laws once a start, beside the work."""

import structlog

from bot.domain.errors import StorageError
from bot.generation.ports import Operators
from storage.look import contradictions

log = structlog.stdlib.get_logger()

_SHOWN = 20


async def hold_to_laws(url: str, operators: Operators) -> None:
    """Tell log and log channel of a ledger that contradicts itself; the bot goes on.

    It could not mend itself by standing still: what is left is counted anew from the entries at
    every request, and each new hold and its end are checked by the database itself. To stop for
    one member's broken entry would take the bot from all the others.
    """
    try:
        broken = await contradictions(url)
    except StorageError as error:
        log.warning("ledger.unverified", code=error.code)
        return
    if not broken:
        log.info("ledger.verified")
        return
    log.error("ledger.broken", count=len(broken), laws=broken[:_SHOWN])
    await operators.report("operator-ledger", count=len(broken), first=broken[0])
