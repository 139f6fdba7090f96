"""The life of a job between its admission and its end, and the order of the line."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.domain.jobs import Handle, Job, JobStatus
from bot.domain.ledger import Limits
from storage.database import Database
from storage.jobs import MAX_TEXT
from storage.leases import LEASE
from storage.schema import texts
from tests.storage.studio import GUILD, MEMBER, Clock, Studio, a_card, a_job_id, an_order

MakeStudio = Callable[..., Studio]
ANNA, BEN, CARA = 101, 102, 103


@pytest.fixture
def studio(make_studio: MakeStudio) -> Studio:
    return make_studio(default_credits=None)


async def claim(studio: Studio, worker: str = "w") -> Job:
    job = await studio.jobs.claim(worker)
    assert job is not None
    return job


async def delivered_in(studio: Studio, seconds: float, model: str = "sora-2") -> None:
    await studio.admit_ready(model=model)
    job = await claim(studio)
    studio.clock.advance(seconds=seconds)
    await studio.deliver(job)


async def test_a_job_without_card_or_inputs_is_not_claimed(studio: Studio) -> None:
    no_card = await studio.admit()
    no_image = await studio.admit_ready(image=object())

    assert await studio.jobs.claim("w") is None

    await studio.jobs.inputs_ready(no_image.id, ("a.png", "b.png"))
    claimed = await claim(studio)
    assert claimed.id == no_image.id != no_card.id
    assert claimed.request.images == ("a.png", "b.png")


async def test_what_a_job_goes_on_from_is_kept(studio: Studio) -> None:
    first = await studio.admit()
    order = an_order()
    order = replace(order, request=replace(order.request, continues=first.id))

    second = (await studio.ledger.admit(order, job_id=a_job_id(), price=1)).job

    found = await studio.jobs.get(second.id)
    assert found == second
    assert found.request.continues == first.id


async def test_a_claim_starts_the_job(studio: Studio, clock: Clock) -> None:
    job = await studio.admit_ready()
    clock.advance(seconds=5)

    claimed = await claim(studio)

    running = replace(
        job,
        status=JobStatus.RUNNING,
        started_at=clock.now,
        lease_until=clock.now + LEASE,
        fence=1,
    )
    assert claimed == running
    assert await studio.jobs.get(job.id) == running


async def test_models_whose_relay_is_full_are_passed_over(studio: Studio) -> None:
    first = await studio.admit_ready(model="sora-2")
    second = await studio.admit_ready(model="veo-3", user=BEN)

    claimed = await studio.jobs.claim("w", skip=["sora-2"])

    assert claimed is not None
    assert claimed.id == second.id
    assert await studio.jobs.claim("w", skip=["sora-2"]) is None
    assert (await claim(studio)).id == first.id


async def test_every_job_is_claimed_by_one_worker_only(make_studio: MakeStudio) -> None:
    studio = make_studio(default_credits=None, max_running=100)
    ready = {(await studio.admit_ready()).id for _ in range(20)}

    claims = await asyncio.gather(*(studio.jobs.claim(f"w{n}") for n in range(30)))

    claimed = [job.id for job in claims if job is not None]
    assert len(claimed) == 20
    assert set(claimed) == ready


async def test_racing_workers_of_two_processes_keep_a_members_limit(url: str, clock: Clock) -> None:
    limits = Limits(default_credits=None, max_running=2, max_waiting=50)
    databases = [await Database.open(url) for _ in range(2)]
    studios = [Studio(database, clock, limits) for database in databases]
    for _ in range(10):
        await studios[0].admit_ready()

    claims = await asyncio.gather(
        *(studio.jobs.claim("w") for _ in range(15) for studio in studios)
    )

    assert sum(job is not None for job in claims) == 2
    for database in databases:
        await database.close()


async def test_next_is_the_member_with_fewest_running(make_studio: MakeStudio) -> None:
    studio = make_studio(default_credits=None, max_running=9)
    for user, price in ((ANNA, 1), (ANNA, 1), (BEN, 5)):
        await studio.admit_ready(price, user=user)
        studio.clock.advance(seconds=1)

    order = [(await claim(studio)).user_id for _ in range(3)]

    assert order == [ANNA, BEN, ANNA]


async def test_then_the_one_who_used_least_in_24_hours(studio: Studio, clock: Clock) -> None:
    await studio.deliver(await studio.admit(price=5, user=ANNA))
    await studio.fail(await studio.admit(price=50, user=BEN))
    await studio.deliver(await studio.admit(price=50, user=CARA))
    clock.advance(hours=12)
    for user in (CARA, ANNA, BEN):
        await studio.admit_ready(user=user)

    order = [(await claim(studio)).user_id for _ in range(3)]

    assert order == [BEN, ANNA, CARA]


async def test_what_was_used_longer_ago_does_not_count(studio: Studio, clock: Clock) -> None:
    await studio.deliver(await studio.admit(price=50, user=ANNA))
    clock.advance(hours=25)
    await studio.admit_ready(user=ANNA)
    await studio.admit_ready(price=2, user=BEN)

    assert (await claim(studio)).user_id == ANNA


async def test_a_member_never_has_more_running_than_allowed(studio: Studio) -> None:
    for _ in range(2):
        await studio.admit_ready()
    first = await claim(studio)

    second = await studio.jobs.claim("w")

    assert second is None
    assert await studio.jobs.counts(GUILD, MEMBER) == (1, 1)
    assert await studio.jobs.running() == 1
    await studio.deliver(first)
    assert await studio.jobs.claim("w") is not None


async def test_the_relay_is_asked_once(studio: Studio, clock: Clock) -> None:
    await studio.admit_ready()
    job = await claim(studio)

    first, second = await studio.jobs.post_starting(job), await studio.jobs.post_starting(job)

    assert first is not None
    assert first.post_started_at == clock.now
    assert second is None


async def test_the_relay_is_not_asked_for_a_cancelled_job(studio: Studio) -> None:
    await studio.admit_ready()
    job = await claim(studio)
    await studio.ledger.finish(job, JobStatus.CANCELLED, settle=False)

    assert await studio.jobs.post_starting(job) is None


async def test_a_worker_that_was_replaced_writes_nothing(studio: Studio) -> None:
    await studio.admit_ready()
    job = await claim(studio)
    replaced = replace(job, fence=0)

    await studio.jobs.store_handle(replaced, Handle(task_id="old"))

    assert await studio.jobs.post_starting(replaced) is None
    assert await studio.jobs.delivering(replaced, (), text="old") is None
    assert await studio.jobs.get(job.id) == job
    assert await studio.jobs.text(job.id) is None


async def test_handle_and_text_are_kept(studio: Studio) -> None:
    await studio.admit_ready()
    job = await claim(studio)
    handle = Handle(task_id="t\ud83d\0", poll_url="/v1/t")

    await studio.jobs.store_handle(job, handle)
    await studio.jobs.delivering(job, (), text="whole \ud83d answer\0")

    kept = await studio.jobs.get(job.id)
    assert kept is not None
    assert kept.handle == handle
    assert await studio.jobs.text(job.id) == "whole ? answer"


async def test_a_text_that_an_older_version_kept_is_replaced(studio: Studio) -> None:
    await studio.admit_ready()
    job = await claim(studio)
    kept = insert(texts).values(job_id=job.id, text="kept before its links were")
    await studio.database.transact(lambda connection: connection.execute(kept).close())

    assert await studio.jobs.delivering(job, (), text="whole") is not None

    assert await studio.jobs.text(job.id) == "whole"


async def test_a_text_is_cut_between_characters(studio: Studio) -> None:
    await studio.admit_ready()
    job = await claim(studio)

    await studio.jobs.delivering(job, (), text="a" + "视" * MAX_TEXT)

    text = await studio.jobs.text(job.id)
    assert text is not None
    assert len(text.encode()) <= MAX_TEXT < len(text.encode()) + 3
    assert text[-1] == "视"


async def test_what_a_relay_said_goes_with_the_results(studio: Studio, clock: Clock) -> None:
    kept, told, old = [], "a whole answer", clock.now
    for user in (1, 2, 3):
        await studio.admit_ready(user=user)
        job = await claim(studio)
        await studio.jobs.delivering(job, (), text=told)
        kept.append(job.id)
    first = await studio.jobs.get(kept[0])
    assert first is not None
    await studio.deliver(first)
    clock.advance(days=7)

    await studio.jobs.forget_texts(ended_before=old)
    assert [await studio.jobs.text(job_id) for job_id in kept] == [told] * 3
    await studio.jobs.forget_texts(ended_before=clock.now)
    assert [await studio.jobs.text(job_id) for job_id in kept] == [None, told, told]
    for _ in range(2):
        await studio.jobs.forget_text(kept[1])

    assert [await studio.jobs.text(job_id) for job_id in kept] == [None, None, told]


async def test_delivering_follows_running(studio: Studio) -> None:
    await studio.admit_ready()
    job = await claim(studio)

    links = (("https://relay.example/v.mp4", "https://relay.example/copy.mp4"),)

    delivering = await studio.jobs.delivering(job, links)

    assert delivering is not None
    assert delivering.status is JobStatus.DELIVERING
    assert delivering.videos == links
    assert delivering.video_url == "https://relay.example/v.mp4"
    assert await studio.jobs.delivering(job, ()) is None
    assert await studio.jobs.counts(GUILD, MEMBER) == (1, 0)


async def test_a_card_can_be_placed_and_refreshed(studio: Studio) -> None:
    job = await studio.admit()

    await studio.jobs.place_card(job.id, a_card())
    placed = await studio.jobs.place_card(job.id, a_card("fresh"))

    assert placed is not None
    assert placed.card == a_card("fresh")
    assert await studio.jobs.place_card("0" * 16, a_card()) is None


async def test_inputs_come_too_late_for_a_cancelled_job(studio: Studio) -> None:
    job = await studio.admit_ready(image=object())
    await studio.ledger.finish(job, JobStatus.CANCELLED, settle=False)

    assert await studio.jobs.inputs_ready(job.id, ("a.png",)) is None


async def test_open_jobs_are_listed_oldest_first(studio: Studio, clock: Clock) -> None:
    jobs = []
    for _ in range(4):
        jobs.append(await studio.admit())
        clock.advance(seconds=1)
    await studio.fail(jobs[2])

    found = await studio.jobs.open_jobs()

    assert [job.id for job in found] == [jobs[0].id, jobs[1].id, jobs[3].id]


async def test_three_videos_make_a_history(studio: Studio) -> None:
    for seconds in (100, 300):
        await delivered_in(studio, seconds)
    before = await studio.typical_seconds("sora-2")

    await delivered_in(studio, 120)

    assert before is None
    assert await studio.typical_seconds("sora-2") == 120
    assert await studio.typical_seconds("veo") is None


async def test_a_card_of_a_running_job_knows_the_history(studio: Studio) -> None:
    for _ in range(3):
        await delivered_in(studio, 120)
    waiting = await studio.admit_ready()
    before = await studio.ledger.beside(waiting)

    beside = await studio.ledger.beside(await claim(studio))

    assert before.typical_seconds is None  # its place in the line says more
    assert beside.typical_seconds == 120
    assert beside.balance == await studio.ledger.balance(waiting.requester())


async def test_only_the_last_twenty_videos_count(studio: Studio) -> None:
    for _ in range(11):
        await delivered_in(studio, 1000)
    for _ in range(11):
        await delivered_in(studio, 10)

    assert await studio.typical_seconds("sora-2") == 10


async def test_places_follow_the_order_of_claims(make_studio: MakeStudio) -> None:
    studio = make_studio(default_credits=None, max_running=9)
    jobs = []
    for user in (ANNA, ANNA, BEN, CARA):
        jobs.append(await studio.admit_ready(user=user))
        studio.clock.advance(seconds=1)

    places = [await studio.jobs.place(job) for job in jobs]

    numbers = [place.number for place in places if place is not None]
    assert numbers == [3, 4, 1, 2]  # who waits twice has used more
    assert {place.of for place in places if place is not None} == {4}
    claimed = [(await claim(studio)).id for _ in range(2)]
    assert claimed == [jobs[2].id, jobs[3].id]


async def test_a_job_that_does_not_wait_has_no_place(studio: Studio) -> None:
    await studio.admit_ready()

    assert await studio.jobs.place(await claim(studio)) is None


async def test_a_start_is_told_only_from_history(studio: Studio, clock: Clock) -> None:
    await studio.admit_ready()
    await claim(studio)
    waiting = await studio.admit_ready()

    place = await studio.jobs.place(waiting)

    assert place is not None
    assert place.starts_at is None


async def test_a_start_is_the_end_of_those_before(studio: Studio, clock: Clock) -> None:
    for _ in range(3):
        await delivered_in(studio, 60)
    await studio.admit_ready(user=ANNA)
    await claim(studio)
    first, second = await studio.admit_ready(user=ANNA), await studio.admit_ready(user=ANNA)
    clock.advance(seconds=20)

    places = await studio.jobs.places()

    assert places[first.id].starts_at == clock.now + timedelta(seconds=40)
    assert places[second.id].starts_at == clock.now + timedelta(seconds=100)


async def test_a_member_waits_for_their_own_jobs(make_studio: MakeStudio) -> None:
    studio = make_studio(default_credits=None, max_running=1)
    for seconds, model in ((60, "fast"),) * 3 + ((600, "slow"),) * 3:
        await delivered_in(studio, seconds, model)
    start = studio.clock.now
    await studio.admit_ready(user=ANNA, model="slow")
    await studio.admit_ready(user=BEN, model="fast")
    await claim(studio)
    await claim(studio)

    waiting = await studio.admit_ready(user=ANNA, model="fast")

    place = await studio.jobs.place(waiting)
    assert place is not None
    assert place.starts_at == start + timedelta(seconds=600)
