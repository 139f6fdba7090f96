"""The five lines of a card, in words: prompt, facts, what happens, how far, and when.

Every line is empty where there is nothing to say, and nothing is guessed: no percentage but the
relay's, no end without history.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from bot.domain.errors import Param
from bot.domain.jobs import MAX_VIDEOS, JobStatus
from bot.domain.ledger import Balance
from bot.domain.models import Catalogue
from bot.domain.requests import has_moved
from bot.domain.views import CardState, Step
from bot.presenter import outcome
from bot.presenter.prose import harmless
from bot.presenter.steps import step_key
from bot.presenter.voice import Voice

PROMPT_WIDTH = 116
"""Latin letters: two lines of a card on a desktop."""
PROMPT_WIDTH_BESIDE_PICTURE = 96
LABEL_WIDTH = 40
NOTE_WIDTH = 90
BAR_CELLS = 10
_MESSAGE = "https://discord.com/channels/{guild}/{channel}/{message}"

Line: TypeAlias = Callable[[CardState, Voice], str]
Parts: TypeAlias = Callable[[CardState, Voice], tuple[str, ...]]


def prompt_line(state: CardState) -> str:
    """Line 1: what was asked, cut at about two lines."""
    width = PROMPT_WIDTH_BESIDE_PICTURE if state.picture else PROMPT_WIDTH
    return f"**{harmless(state.job.request.prompt, limit=width) or '…'}**"


def facts_line(state: CardState, say: Voice, models: Catalogue) -> str:
    """Line 2: by whom, with what, and what became of the credits."""
    request = state.job.request
    parts = (
        f"<@{state.job.user_id}>",
        harmless(models.label(request.model), limit=LABEL_WIDTH),
        harmless(request.ratio or "", limit=LABEL_WIDTH),
        say("card-seconds", count=request.seconds) if request.seconds else "",
        _continues(state, say) if request.continues else "",
        ", ".join(part for part in (_price(state, say), _left(state.balance, say)) if part),
    )
    return "-# " + " · ".join(part for part in parts if part)


def headline(state: CardState, say: Voice) -> str:
    """Line 3: what is happening."""
    return f"**{say('card-parked') if state.parked else _HEADLINES[state.job.status](state, say)}**"


def detail(state: CardState, say: Voice) -> str:
    """Line 4: how far it is, or why it ended; and what of the image the video is made from."""
    if state.parked:
        return f"-# {say('card-goes-on')}"
    spoken = (_DETAILS[state.job.status](state, say), _moving(state, say))
    return "\n".join(line for line in spoken if line)


def times(state: CardState, say: Voice) -> str:
    """Line 5: when it began, when it may end, how long it took."""
    spoken = " · ".join(part for part in _TIMES[state.job.status](state, say) if part)
    return f"-# {spoken}" if spoken else ""


def bar(share: float, cells: int = BAR_CELLS) -> str:
    """A bar of `cells` filled to `share` (0 to 1)."""
    full = round(min(max(share, 0), 1) * cells)
    return "▰" * full + "▱" * (cells - full)


def _continues(state: CardState, say: Voice) -> str:
    if (spot := state.earlier) is None:
        return say("card-continues")
    url = _MESSAGE.format(guild=spot.guild_id, channel=spot.channel_id, message=spot.message_id)
    return say("card-continues-link", url=url)


def _price(state: CardState, say: Voice) -> str:
    job = state.job
    if job.price == 0:
        return say("card-free")
    if job.refunded:
        return f"**{say('card-returned', count=job.price)}**"
    return say("card-used" if job.status.final else "card-held", count=job.price)


def _left(balance: Balance | None, say: Voice) -> str:
    if balance is None:
        return ""
    if balance.spendable is None:
        return say("card-unlimited")
    # Granted credits do not end with the day, so "today" would be untrue of them.
    period = "" if balance.granted else balance.rule.period.value
    return say("card-left", count=balance.spendable, period=period)


def _waiting(state: CardState, say: Voice) -> str:
    if state.place is None:
        return say("card-waiting")
    return say("card-place", number=state.place.number, of=state.place.of)


def _making(state: CardState, say: Voice) -> str:
    if state.note is None and state.percent is None:
        return say("card-asking")  # it may have a queue of its own
    note = state.note or ""
    if key := step_key(note):
        return say(key)
    return harmless(note, limit=NOTE_WIDTH) or say("card-making")


def _delivering(state: CardState, say: Voice) -> str:
    return say("card-delivering", count=max(len(state.job.videos), 1))


def _done(state: CardState, say: Voice) -> str:
    return " · ".join([say("card-done"), *outcome.measures(state, say)])


def _failed(_state: CardState, say: Voice) -> str:
    return say("card-failed")


def _cancelled(_state: CardState, say: Voice) -> str:
    return say("card-cancelled")


def _moving(state: CardState, say: Voice) -> str:
    """That only a frame is used of what moves; no matter where no video comes of it."""
    moved = [has_moved(name) for name in state.job.request.images]
    if not any(moved) or state.job.status in (JobStatus.FAILED, JobStatus.CANCELLED):
        return ""
    frame = "one" if len(moved) == 1 else "both" if all(moved) else "first" if moved[0] else "last"
    return f"-# {say('card-moving', frame=frame)}"


def _turn(state: CardState, say: Voice) -> str:
    ready = state.job.inputs_ready
    return f"-# {say('card-turn' if ready else 'card-image-checking')}"


def _percent(state: CardState, say: Voice) -> str:
    if state.percent is None:
        return f"-# {say('card-no-percent')}"
    percent = min(max(state.percent, 0), 100)
    return say("card-percent", bar=bar(percent / 100), percent=int(percent))


def _bringing(state: CardState, say: Voice) -> str:
    count = min(len(state.job.videos), MAX_VIDEOS)
    size, limit, number = state.bytes_total or 0, state.bytes_limit, state.fetching
    if state.step is None or (keys := _WORK.get(state.step)) is None:
        return f"-# {say('card-posting' if state.step else 'card-bringing', count=max(count, 1))}"
    if count > 1:
        return f"-# {say(keys[1], number=number, count=count, size=size, limit=limit)}"
    return f"-# {say(keys[0], size=size, limit=limit)}"


def _reason(state: CardState, say: Voice) -> str:
    job = state.job
    reason = job.failure_reason or ""
    told: dict[str, Param] = {**job.failure_params, "reason": reason}
    if job.status is JobStatus.CANCELLED:
        told["actor"] = reason
    return say.quoting(job.failure, told) if job.failure else ""


def _ended(state: CardState, say: Voice) -> str:
    job = state.job
    paid = say("cancelled-paid") if job.price and not job.refunded else ""
    return " ".join(part for part in (_reason(state, say), paid) if part)


def _waiting_times(state: CardState, say: Voice) -> tuple[str, ...]:
    starts_at = state.place.starts_at if state.place else None
    asked = say.at("card-asked", state.job.created_at)
    return (asked, say.at("card-starts", starts_at), _way_back(state, say))


def _making_times(state: CardState, say: Voice) -> tuple[str, ...]:
    return (
        say.at("card-started", state.job.started_at),
        say.at("card-ready", state.ready_at),
        say.at("card-silent", state.silent_since),
        _way_back(state, say),
    )


def _delivering_times(state: CardState, say: Voice) -> tuple[str, ...]:
    return (say.at("card-started", state.job.started_at), _way_back(state, say))


def _way_back(state: CardState, say: Voice) -> str:
    card = state.job.card if state.offers_result else None
    return say.at("card-result", card.token_expires_at if card else None)


def _final_times(state: CardState, say: Voice) -> tuple[str, ...]:
    took = state.took or state.job.took()
    lasted = took is not None and round(took.total_seconds()) > 0  # else it hardly began
    spoken = say("card-took", duration=say.duration(took)) if took and lasted else ""
    return (spoken, outcome.link_end(state, say))


_WORK: Mapping[Step, tuple[str, str]] = {
    Step.FETCHING: ("card-fetching", "card-fetching-one"),
    Step.CONVERTING: ("card-converting", "card-converting-one"),
    Step.SHRINKING: ("card-shrinking", "card-shrinking-one"),
    Step.CUTTING: ("card-cutting", "card-cutting-one"),
}
"""What is done to one video after the other: to the only one, and to one of several."""
_HEADLINES: Mapping[JobStatus, Line] = {
    JobStatus.QUEUED: _waiting,
    JobStatus.RUNNING: _making,
    JobStatus.DELIVERING: _delivering,
    JobStatus.DELIVERED: _done,
    JobStatus.FAILED: _failed,
    JobStatus.CANCELLED: _cancelled,
}
_DETAILS: Mapping[JobStatus, Line] = {
    JobStatus.QUEUED: _turn,
    JobStatus.RUNNING: _percent,
    JobStatus.DELIVERING: _bringing,
    JobStatus.DELIVERED: outcome.notes,
    JobStatus.FAILED: _reason,
    JobStatus.CANCELLED: _ended,
}
_TIMES: Mapping[JobStatus, Parts] = {
    JobStatus.QUEUED: _waiting_times,
    JobStatus.RUNNING: _making_times,
    JobStatus.DELIVERING: _delivering_times,
    JobStatus.DELIVERED: _final_times,
    JobStatus.FAILED: _final_times,
    JobStatus.CANCELLED: _final_times,
}
