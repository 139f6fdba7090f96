"""What must be true after any number of kills: every law that is broken, in words."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.demo.relay import SampleRelay
from bot.domain.ledger import Limits
from storage.database import Database
from storage.ledger import Ledger
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.state import Message

_FINAL = ("delivered", "failed", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A job as the database has it at the end."""

    id: str
    interaction_id: int
    status: str
    failure: str | None
    untold: bool
    handle: str | None

    @property
    def over(self) -> bool:
        """Whether it has ended and its owner knows."""
        return self.status in _FINAL and not self.untold


def jobs(path: Path) -> list[Ended]:
    """Every job of the database."""
    columns = "id, interaction_id, status, failure, untold, handle"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        rows = database.execute(f"SELECT {columns} FROM jobs").fetchall()
    return [
        Ended(
            id=row[0],
            interaction_id=row[1],
            status=row[2],
            failure=row[3],
            untold=bool(row[4]),
            handle=row[5],
        )
        for row in rows
    ]


async def broken(path: Path, server: LoopbackDiscord, relay: SampleRelay) -> list[str]:
    """Every law that does not hold."""
    found = jobs(path)
    database = await Database.open(f"sqlite:///{path}")
    ledger = await Ledger(database, lambda: datetime.now(UTC), Limits()).verify()
    await database.close()
    return [
        *(f"the ledger: {law}" for law in ledger),
        *_paid_twice(relay),
        *_unfinished(found),
        *_unanswered(found, server),
        *(law for job in found for law in _card(job, server)),
        *_left_behind(found, server),
        *_told_twice(server),
        *_given_up(found),
    ]


def _paid_twice(relay: SampleRelay) -> Iterator[str]:
    prompts = Counter(str(post.body["messages"][-1]["content"]) for post in relay.posts)
    for prompt, count in prompts.items():
        if count > 1:
            yield f"asked {count} times: {prompt[:60]}"


def _unfinished(found: list[Ended]) -> Iterator[str]:
    for job in found:
        if not job.over:
            yield f"{job.id} is {job.status}, untold: {job.untold}"


def _unanswered(found: list[Ended], server: LoopbackDiscord) -> Iterator[str]:
    """Whoever saw a card has a job.

    Except who only saw "thinking…": the database was slow, the answer was put off, and the bot was
    killed before anything was held. Discord itself ends such a message after 15 minutes.
    """
    known = {job.interaction_id for job in found}
    for message in server.messages:
        asked = message.interaction_id
        if asked and asked not in known and not (message.ephemeral or message.loading):
            yield f"message {message.id} belongs to no job: {message.text}"


def _card(job: Ended, server: LoopbackDiscord) -> Iterator[str]:
    if job.failure == "cancelled-unanswered":
        return
    if job.status == "delivered":
        holding = [m for m in server.messages if f"video-{job.id}.mp4" in m.attachments]
        if len(holding) != 1:
            yield f"{job.id} is shown {len(holding)} times"
        return
    cards = [m.text for m in server.messages if _is_card(m, job)]
    if not any("credit returned" in card for card in cards):
        yield f"{job.id} ({job.failure}) was never told: {cards}"


def _is_card(message: Message, job: Ended) -> bool:
    """The answer to the interaction, or a new message in its stead."""
    return message.interaction_id == job.interaction_id or message.nonce == job.id


def _left_behind(found: list[Ended], server: LoopbackDiscord) -> Iterator[str]:
    known = {job.interaction_id: job for job in found}
    for message in server.messages:
        job = known.get(message.interaction_id or 0)
        thinking = message.loading and job is not None
        if not message.ephemeral and ("credit held" in message.text or thinking):
            yield f"message {message.id} is left in a state that is over: {message.text} of {job}"


def _told_twice(server: LoopbackDiscord) -> Iterator[str]:
    replies = Counter(m.reply_to for m in server.messages if m.mentions and m.reply_to)
    for card, count in replies.items():
        if count > 1:
            yield f"card {card} was told {count} times"


def _given_up(found: list[Ended]) -> Iterator[str]:
    """What a relay has named is found again."""
    for job in found:
        if job.failure == "failure-restarted" and "/source/" in (job.handle or ""):
            yield f"{job.id} was given up although its relay had named it"
