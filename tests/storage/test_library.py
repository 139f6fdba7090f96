"""Which jobs a library may show, which wait for their owner, and that those keep nobody busy."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.errors import Refusal
from bot.domain.jobs import Job
from bot.domain.library import Candidate
from tests.claimable import put_by
from tests.storage.studio import GUILD, MEMBER, Clock, Studio

OTHER = 77


@pytest.fixture
def studio(make_studio: Callable[..., Studio]) -> Studio:
    return make_studio(default_credits=None)


async def delivering(studio: Studio, videos: int = 1) -> Job:
    await studio.admit_ready()
    claimed = await studio.jobs.claim("w")
    assert claimed is not None
    links = tuple((f"https://relay.example/{number}.mp4",) for number in range(videos))
    found = await studio.jobs.delivering(claimed, links)
    assert found is not None
    return found


async def waiting(studio: Studio, videos: int = 1) -> Job:
    """Nobody could be reached: the video waits for its owner."""
    job = await delivering(studio, videos)
    await put_by(studio.database, job.id, studio.clock.now)
    found = await studio.jobs.get(job.id)
    assert found is not None
    return found


async def library(studio: Studio, *, user: int = MEMBER, limit: int = 100) -> list[Candidate]:
    return await studio.jobs.library(GUILD, user, limit=limit)


async def test_it_holds_what_was_delivered_newest_first(studio: Studio, clock: Clock) -> None:
    delivered = []
    for _ in range(3):
        delivered.append(await studio.admit())
        await studio.deliver(delivered[-1])
        clock.advance(seconds=1)

    found = await library(studio)

    assert [one.job_id for one in found] == [job.id for job in reversed(delivered)]
    assert {one.videos for one in found} == {1}
    assert {one.claimable_since for one in found} == {None}


async def test_it_holds_nothing_that_is_open_failed_or_somebody_elses(studio: Studio) -> None:
    await studio.deliver(await studio.admit(user=OTHER))
    await studio.deliver(await studio.admit(guild=GUILD + 1))
    await studio.fail(await studio.admit())
    await studio.admit()
    await delivering(studio)

    assert await library(studio) == []


async def test_it_holds_what_waits_for_its_owner(studio: Studio, clock: Clock) -> None:
    job = await waiting(studio, videos=3)

    (found,) = await library(studio)

    assert job.claimable
    assert found == Candidate(job_id=job.id, videos=3, claimable_since=clock.now)


async def test_what_was_claimed_waits_no_more(studio: Studio) -> None:
    await studio.deliver(await waiting(studio))

    (found,) = await library(studio)

    assert found.claimable_since is None


async def test_the_newest_are_kept_where_there_are_too_many(studio: Studio, clock: Clock) -> None:
    delivered = []
    for _ in range(5):
        delivered.append(await studio.admit())
        await studio.deliver(delivered[-1])
        clock.advance(seconds=1)

    found = await library(studio, limit=2)

    assert [one.job_id for one in found] == [delivered[4].id, delivered[3].id]


async def test_jobs_come_in_the_order_of_their_ids(studio: Studio) -> None:
    first, second = await studio.admit(), await studio.admit()

    found = await studio.jobs.of_ids([second.id, "f" * 16, first.id])

    assert found == [second, first]
    assert await studio.jobs.of_ids([]) == []


async def test_only_what_has_waited_for_so_long_is_unclaimed(studio: Studio, clock: Clock) -> None:
    long = await waiting(studio)
    clock.advance(days=1)
    await waiting(studio)
    clock.advance(days=1)

    found = await studio.jobs.unclaimed(clock.now - timedelta(days=1))

    assert found == [long]


async def test_a_claimed_or_released_job_is_not_unclaimed(studio: Studio, clock: Clock) -> None:
    await studio.deliver(await waiting(studio))
    await studio.fail(await waiting(studio))
    clock.advance(days=9)

    assert await studio.jobs.unclaimed(clock.now) == []


async def test_what_waits_for_its_owner_holds_its_credits(studio: Studio) -> None:
    job = await waiting(studio)

    assert await studio.ledger.verify() == []
    assert await studio.deliver(job) is not None
    assert await studio.deliver(job) is None
    assert await studio.ledger.verify() == []


async def test_it_keeps_no_later_job_of_its_owner_waiting(
    make_studio: Callable[..., Studio],
) -> None:
    studio = make_studio(default_credits=None, max_running=1, max_waiting=0)
    await waiting(studio)

    later = await studio.admit_ready()

    claimed = await studio.jobs.claim("w")
    assert claimed is not None
    assert claimed.id == later.id
    assert await studio.jobs.counts(GUILD, MEMBER) == (1, 0)
    assert await studio.jobs.running() == 1
    with pytest.raises(Refusal):  # the later one does run
        await studio.admit()


async def test_its_time_in_the_library_is_no_history_of_the_model(
    studio: Studio, clock: Clock
) -> None:
    for _ in range(3):
        job = await waiting(studio)
        clock.advance(days=2)
        await studio.deliver(job)

    assert await studio.typical_seconds("sora-2") is None
