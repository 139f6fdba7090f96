"""Whether a video can be gone on from, and what is said where it cannot."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.continuation import WHOLE_TEXT, Continuation
from bot.domain.errors import Refusal
from bot.domain.jobs import CardRef, Handle, Job, JobStatus
from bot.domain.ledger import Limits
from bot.domain.models import Catalogue, VideoModel
from bot.domain.requests import Order, Requester, VideoRequest
from bot.generation.earlier import EarlierVideos
from storage.database import Database
from storage.jobs import Jobs
from storage.ledger import Ledger

JOB = "0123456789abcdef"
A_CARD = CardRef(
    application_id=1,
    channel_id=1,
    message_id=2,
    token="",
    token_expires_at=datetime.now(UTC),
    size_limit=10_485_760,
)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite:///{tmp_path}/clapper.db")
    yield opened
    await opened.close()


@pytest.fixture
async def job(database: Database) -> Job:
    """A finished job of which nothing was kept."""
    return await finished(database)


async def finished(database: Database, said: str = "") -> Job:
    """A job of which this was kept."""
    ledger, jobs = Ledger(database, now, Limits()), Jobs(database, now)
    order = Order(
        interaction_id=1,
        request=VideoRequest(prompt="a boat", model="sora-2"),
        requester=Requester(guild_id=1, user_id=1),
        channel_id=1,
    )
    await ledger.admit(order, job_id=JOB, price=1)
    await jobs.place_card(JOB, A_CARD)
    claimed = await jobs.claim("worker")
    assert claimed is not None
    delivering = await jobs.delivering(claimed, (), text=said)
    assert delivering is not None
    ended = await ledger.finish(delivering, JobStatus.DELIVERED, settle=True)
    assert ended is not None
    return ended


def looking(database: Database, way: Continuation, model: str = "sora-2") -> EarlierVideos:
    models = Catalogue([VideoModel(id=model, label="Sora 2", continuation=way)])
    return EarlierVideos(jobs=Jobs(database, now), catalogue=models)


async def refused(videos: EarlierVideos, job: Job) -> str:
    with pytest.raises(Refusal) as refusal:
        await videos.of(replace(job.request, continues=job.id))
    assert not await videos.continuable(job)
    return refusal.value.code


async def test_a_request_that_continues_nothing_needs_nothing(database: Database, job: Job) -> None:
    assert await looking(database, Continuation.NONE).of(job.request) is None


@pytest.mark.parametrize(
    ("way", "code"),
    [
        (Continuation.NONE, "refusal-continuation"),
        (Continuation.TRANSCRIPT, "refusal-no-answer"),
        (Continuation.FIELD, "refusal-no-id"),
        (Continuation.PROMPT, "refusal-no-id"),
        (Continuation.EXTEND, "refusal-no-id"),
    ],
)
async def test_every_way_says_what_it_lacks(
    database: Database, job: Job, way: Continuation, code: str
) -> None:
    assert await refused(looking(database, way), job) == code


async def test_an_answer_that_may_lack_its_middle_is_none(database: Database) -> None:
    videos = looking(database, Continuation.TRANSCRIPT)
    job = await finished(database, "x" * (WHOLE_TEXT + 1))

    assert await refused(videos, job) == "refusal-no-answer"


async def test_a_model_that_is_gone_is_named(database: Database, job: Job) -> None:
    videos = looking(database, Continuation.TRANSCRIPT, model="veo-3")

    assert await refused(videos, job) == "refusal-model"


async def test_a_job_that_is_gone_is_told(database: Database, job: Job) -> None:
    videos = looking(database, Continuation.TRANSCRIPT)

    with pytest.raises(Refusal, match="refusal-earlier-gone"):
        await videos.of(replace(job.request, continues="f" * 16))


async def test_what_was_kept_comes_back_word_for_word(database: Database) -> None:
    videos = looking(database, Continuation.TRANSCRIPT)
    job = await finished(database, "> sid: s_1\n\n纸船 ✅ ")

    earlier = await videos.of(replace(job.request, continues=job.id))

    assert earlier is not None
    assert (earlier.prompt, earlier.text) == ("a boat", "> sid: s_1\n\n纸船 ✅ ")
    assert await videos.continuable(job)


async def test_ids_come_from_the_handle(database: Database, job: Job) -> None:
    videos = looking(database, Continuation.FIELD)
    await videos.jobs.store_handle(job, Handle(remix_id="s_1"))

    earlier = await videos.of(replace(job.request, continues=job.id))

    assert earlier is not None
    assert earlier.handle.remix_id == "s_1"
