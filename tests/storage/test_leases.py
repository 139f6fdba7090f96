"""Leases: a job goes on with another worker once its own is gone, and never with two."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from bot.domain.jobs import Handle, Job, JobStatus
from storage.leases import LEASE
from tests.storage.studio import Clock, Studio

A_HANDLE = Handle(task_id="task_1")


async def running(studio: Studio, worker: str = "first", **who: Any) -> Job:
    await studio.admit_ready(**who)
    job = await studio.jobs.claim(worker)
    assert job is not None
    return job


async def test_a_job_is_not_taken_while_its_worker_lives(studio: Studio, clock: Clock) -> None:
    job = await running(studio)

    for _ in range(5):
        clock.advance(seconds=LEASE.total_seconds() - 1)
        assert standing(await studio.leases.renew([job])) == {job.id: JobStatus.RUNNING}

    assert await studio.leases.adopt("second") is None


async def test_it_is_taken_up_when_the_worker_has_said_nothing_for_long(
    studio: Studio, clock: Clock
) -> None:
    job = await running(studio)
    clock.advance(seconds=LEASE.total_seconds())

    adopted = await studio.leases.adopt("second")

    assert adopted is not None
    assert (adopted.id, adopted.status, adopted.fence) == (job.id, job.status, job.fence + 1)
    assert adopted.started_at == job.started_at
    assert await studio.leases.adopt("third") is None


async def test_a_worker_that_was_replaced_writes_nothing_more(studio: Studio, clock: Clock) -> None:
    old = await running(studio)
    clock.advance(seconds=LEASE.total_seconds())
    new = await studio.leases.adopt("second")
    assert new is not None

    assert await studio.leases.renew([old]) == {}
    assert await studio.leases.postpone(old) is None
    assert await studio.jobs.post_starting(old) is None
    assert await studio.jobs.delivering(old, (("https://a.example/v.mp4",),)) is None
    await studio.jobs.store_handle(old, A_HANDLE)
    assert await studio.deliver(old) is None
    kept = await studio.jobs.get(old.id)
    assert kept is not None
    assert (kept.status, kept.handle) == (JobStatus.RUNNING, None)
    assert await studio.deliver(new) is not None


async def test_a_new_life_takes_up_what_its_former_life_had_at_once(studio: Studio) -> None:
    own = await running(studio, "shards 0", user=1)
    other = await running(studio, "shards 1", user=2)

    await studio.leases.disown("shards 0")

    adopted = await studio.leases.adopt("shards 0")
    assert adopted is not None
    assert adopted.id == own.id
    assert await studio.leases.adopt("shards 0") is None
    assert standing(await studio.leases.renew([other])) == {other.id: JobStatus.RUNNING}


async def test_a_postponed_job_waits_and_is_then_anybodys(studio: Studio, clock: Clock) -> None:
    job = await running(studio)

    await studio.leases.postpone(job, timedelta(minutes=5))

    clock.advance(minutes=4)
    assert await studio.leases.adopt("second") is None
    clock.advance(minutes=1)
    assert await studio.leases.adopt("second") is not None


async def test_what_waits_or_is_over_is_nobodys_orphan(studio: Studio, clock: Clock) -> None:
    await studio.admit_ready(user=1)
    over = await running(studio, user=2)
    await studio.deliver(over)
    clock.advance(days=1)

    assert await studio.leases.adopt("second") is None
    assert await studio.leases.postpone(over) is None


async def test_orphans_of_a_relay_that_is_full_wait(studio: Studio, clock: Clock) -> None:
    await running(studio, model="veo-3")
    clock.advance(minutes=1)

    assert await studio.leases.adopt("second", skip=["veo-3"]) is None
    assert await studio.leases.adopt("second", skip=["sora-2"]) is not None


async def test_the_oldest_orphan_comes_first(studio: Studio, clock: Clock) -> None:
    ids = []
    for user in range(3):
        ids.append((await running(studio, user=user)).id)
        clock.advance(seconds=1)
    clock.advance(minutes=1)

    taken = [await studio.leases.adopt("second") for _ in ids]

    assert [job.id for job in taken if job] == ids


@pytest.mark.parametrize("seed", range(3))
async def test_an_orphan_has_one_new_worker_however_many_ask(
    studio: Studio, clock: Clock, seed: int
) -> None:
    for user in range(10):
        await running(studio, user=user)
    clock.advance(minutes=1)
    chance = Random(seed)

    async def ask(number: int) -> Job | None:
        await asyncio.sleep(chance.random() / 50)
        return await studio.leases.adopt(f"worker {number}")

    taken = [job.id for job in await asyncio.gather(*map(ask, range(25))) if job]

    assert len(taken) == len(set(taken)) == 10


async def test_ends_stay_untold_until_somebody_has_told_them(studio: Studio, clock: Clock) -> None:
    job = await running(studio)
    ended = await studio.ledger.finish(job, JobStatus.FAILED, settle=False, untold=True)
    assert ended is not None

    assert await studio.jobs.untold(ended_by=clock.now - timedelta(seconds=1)) == []
    assert await studio.jobs.untold(ended_by=clock.now) == [ended]
    assert [await studio.jobs.told(job.id) for _ in range(2)] == [True, False]
    assert await studio.jobs.untold(ended_by=clock.now) == []


def standing(renewed: Mapping[str, Job]) -> dict[str, JobStatus]:
    return {job_id: job.status for job_id, job in renewed.items()}


async def test_nobody_takes_up_what_they_have_themselves(studio: Studio, clock: Clock) -> None:
    """A process that was away for longer than a lease is late, not gone."""
    job = await running(studio)
    clock.advance(minutes=1)

    assert await studio.leases.adopt("first", holding=[job.id]) is None
    assert await studio.leases.renew([job]) == {job.id: await studio.jobs.get(job.id)}


async def test_a_lease_that_merely_ended_proves_nothing_to_who_was_away(
    studio: Studio, clock: Clock
) -> None:
    await running(studio, user=1)
    given_up = await running(studio, user=2)
    clock.advance(minutes=1)
    await studio.leases.disown("first")
    running_again = await studio.leases.adopt("first", expired=False)
    assert running_again is not None
    clock.advance(minutes=1)

    left = await studio.leases.adopt("second", expired=False)

    assert left is not None
    assert {running_again.id, left.id} >= {given_up.id}
    assert await studio.leases.adopt("second", expired=False) is None


async def test_thousands_of_leases_are_renewed_in_turns(studio: Studio) -> None:
    job = await running(studio)
    strangers = [replace(job, id=f"{number:016x}") for number in range(10**6, 10**6 + 4000)]

    renewed = await studio.leases.renew([*strangers, job])

    assert set(renewed) == {job.id}
    assert await studio.leases.renew([]) == {}
