"""What an answer about a task is worth: a rule over its status, its ticket and its outcome."""

import re
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus

from bot.domain.errors import FailureKind
from bot.domain.events import Completed, Failed, Outcome, Pending
from bot.relay.reading.tickets import Standing, Ticket

_UNKNOWN = re.compile(
    r"not[ _]?(?:found|exist)|(?:does|did)(?: not|n.t) exist|no such|unknown (?:task|id|video)"
    r"|不存在|未找到|找不到",
    re.IGNORECASE,
)
"""Words by which a place says that it does not know the task."""
_BUSY = frozenset({408, 425, 429})
_REFUSED = frozenset({401, 403})
_OURS = frozenset({FailureKind.AUTH, FailureKind.QUOTA})
_OVER = frozenset({FailureKind.MODERATION, FailureKind.GENERATION_FAILED})
_ENDED = frozenset({Standing.FAILED, Standing.DONE})
"""A task that is done and comes with an error has ended like one that failed."""
_ABSENT = frozenset({FailureKind.NOT_FOUND, FailureKind.INVALID_REQUEST})


class Worth(Enum):
    """What an answer says about the place that gave it."""

    FINAL = "final"
    """The task is over, or the relay will not talk to us."""
    GOING = "going"
    """The task goes on; this is its place."""
    EMPTY = "empty"
    """The task is done, and the place for its address is still empty."""
    ELSEWHERE = "elsewhere"
    """This place does not know the task."""
    PASSING = "passing"
    """Trouble that passes: nothing was learned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer about a task, read to its end."""

    status: int
    """Of HTTP."""
    outcome: Outcome
    ticket: Ticket
    page: bool
    """Whether it is a web page."""
    own: bool
    """Whether the relay itself gave it, having seen the key."""


def worth_of(answered: Answered) -> Worth:
    """The first rule that is true decides."""
    outcome = answered.outcome
    if isinstance(outcome, Completed):
        return Worth.FINAL
    if isinstance(outcome, Pending):
        if outcome.done:
            return Worth.EMPTY
        told = outcome.kind in (None, FailureKind.NOT_READY)
        return Worth.GOING if told else Worth.PASSING
    if answered.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answered.status in _BUSY:
        absent = answered.status == HTTPStatus.NOT_IMPLEMENTED
        return Worth.ELSEWHERE if absent else Worth.PASSING
    if answered.status >= HTTPStatus.MULTIPLE_CHOICES:
        return _of_refusal(answered, outcome)
    return _without_id(answered, outcome) or _of_failure(answered, outcome)


def _without_id(answered: Answered, failed: Failed) -> Worth | None:
    """A ticket of which nothing is wrong but that it has no id, as its place knows the task."""
    ticket = answered.ticket
    if failed.kind is not FailureKind.NO_RESULT:
        return None
    if ticket.standing is Standing.WAITING:
        return Worth.GOING
    return Worth.EMPTY if ticket.standing is Standing.DONE and ticket.files.promised else None


def _of_refusal(answered: Answered, failed: Failed) -> Worth:
    if answered.page and answered.status in _REFUSED:
        return Worth.PASSING  # a guard in front of the relay, not the relay
    if failed.kind in _OURS and answered.own:
        return Worth.FINAL
    if failed.kind is FailureKind.MODERATION or _names_its_task(answered):
        return Worth.FINAL
    return Worth.ELSEWHERE


def _of_failure(answered: Answered, failed: Failed) -> Worth:
    if answered.ticket.handle.task_id is None and _UNKNOWN.search(failed.reason):
        return Worth.ELSEWHERE
    if answered.ticket.standing in _ENDED or failed.kind in _OVER:
        return Worth.FINAL
    if failed.kind in _OURS:
        return Worth.FINAL if answered.own else Worth.ELSEWHERE
    return Worth.ELSEWHERE if failed.kind in _ABSENT else Worth.PASSING


def _names_its_task(answered: Answered) -> bool:
    """Whether a refusal is a ticket: the task is known, and has failed."""
    ticket = answered.ticket
    return ticket.standing is Standing.FAILED and ticket.handle.task_id is not None
