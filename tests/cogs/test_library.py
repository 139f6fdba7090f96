"""`/videos` as members use it: their own list, one video of it, and what waits for them."""

from datetime import timedelta

import pytest
import simcord
from simcord.results import ResponseMessage

from bot.domain.jobs import Job, JobStatus
from storage.database import Database
from tests.cogs.counter import KEEP, Counter, open_counter
from tests.cogs.server import Server, components_of, forge, labels, private_answer, words
from tests.cogs.shelf import (
    LINK,
    claimable,
    delivered,
    files,
    library,
    made,
    media,
    press,
    private,
    watch,
)

MIB = 1024 * 1024


class TestTheList:
    async def test_of_who_has_nothing_says_what_to_do(self, server: Server) -> None:
        shown = await library(server)

        assert "Make a video with `/video`; for 7 days" in words(shown)
        assert labels(shown) == []

    async def test_tells_of_a_video_all_that_matters(
        self, server: Server, counter: Counter
    ) -> None:
        await delivered(counter, server, prompt="A boat **in** the rain", size=3 * MIB)

        text = words(await library(server))

        assert "1 video" in text
        assert r"A boat \*\*in\*\* the rain" in text
        assert "Sora 2 · 3 MB · made <t:" in text
        assert f"/channels/{server.guild.id}/{server.channel.id}/5)" in text
        until = server.env.now() + KEEP
        assert f"gone <t:{int(until.timestamp())}:R>" in text

    async def test_is_of_ones_own_in_this_server_alone(
        self, server: Server, counter: Counter
    ) -> None:
        await delivered(counter, server, owner=server.bob, prompt="of Bob")
        await delivered(counter, server, guild_id=77, prompt="of elsewhere")
        await delivered(counter, server, prompt="of Alice")

        shown = {member: words(await library(server, member)) for member in _people(server)}

        assert "of Alice" in shown[server.alice]
        assert "of Bob" in shown[server.bob]
        assert "Nothing of yours" in shown[server.mod]
        assert not any("of elsewhere" in text for text in shown.values())

    async def test_leaves_out_what_has_no_file_any_more(
        self, server: Server, counter: Counter
    ) -> None:
        gone = await delivered(counter, server)
        files(counter, gone)[0].unlink()

        assert "Nothing of yours" in words(await library(server))

    async def test_leaves_out_what_is_under_way(self, server: Server, counter: Counter) -> None:
        await made(counter, server)

        assert "Nothing of yours" in words(await library(server))

    async def test_of_sixty_videos_is_turned_page_by_page(
        self, server: Server, counter: Counter
    ) -> None:
        for number in range(60):
            await delivered(counter, server, prompt=f"number {number} of them")
            await server.env.advance_time(1)

        first = await library(server)
        seen = [words(first)]
        page = first
        for _ in range(11):
            await server.alice.click(page, label="Older")
            seen.append(words(page))

        assert "60 videos · page 1 of 12" in seen[0]
        assert "page 12 of 12" in seen[-1]
        every = "".join(seen)
        places = [every.index(f"number {number} of them") for number in range(60)]
        assert places == sorted(places, reverse=True)
        assert [part["disabled"] for part in _turns(page)] == [False, True]
        await server.alice.click(page, label="Newer")
        assert "page 11 of 12" in words(page)

    async def test_shows_the_last_page_when_there_are_fewer_than_before(
        self, server: Server, counter: Counter
    ) -> None:
        kept = [await delivered(counter, server) for _ in range(6)]
        shown = await library(server)
        for job in kept[1:]:
            files(counter, job)[0].unlink()

        await server.alice.click(shown, label="Older")

        assert "1 video" in words(shown)
        assert labels(shown) == ["Watch"]

    @pytest.mark.parametrize("page", [0, 2, 9999])
    async def test_shows_the_nearest_page_for_a_forged_one(
        self, server: Server, counter: Counter, page: int
    ) -> None:
        await delivered(counter, server)
        forge(server.env, server.channel.id, f"videos:page:{page}")

        result = await server.alice.click(server.card(), custom_id=f"videos:page:{page}")

        assert "1 video" in private_answer(result)
        assert server.says() == "forged"

    async def test_goes_on_after_a_restart(
        self, server: Server, counter: Counter, database: Database
    ) -> None:
        for _ in range(6):
            await delivered(counter, server)
        shown = await library(server)
        await server.env.restart_bot(open_counter(database, counter.folder).bot)

        await server.alice.click(shown, label="Older")
        opened = private(await press(server, shown, "open"))

        assert "page 2 of 2" in words(shown)
        assert len(media(opened)) == 1


class TestAVideo:
    async def test_is_shown_privately(self, server: Server, counter: Counter) -> None:
        job = await delivered(counter, server)

        shown = await watch(server)

        assert media(shown) == [f"video-{job.id}.mp4"]
        assert r"A boat \*in\* the rain" in words(shown)
        assert labels(shown) == ["Post here", "Send to me", "Prompt", "Delete"]
        assert server.channel.history() == []

    async def test_is_shown_with_all_of_its_answer(self, server: Server, counter: Counter) -> None:
        job = await delivered(counter, server, links=((LINK,), (LINK,), (LINK,)))
        files(counter, job)[1].unlink()

        listed = await library(server)
        shown = private(await press(server, listed, "open"))

        assert "2 videos" in words(listed)
        assert media(shown) == [f"video-{job.id}.mp4", f"video-{job.id}-3.mp4"]

    async def test_that_was_deleted_meanwhile_is_answered_kindly(
        self, server: Server, counter: Counter
    ) -> None:
        job = await delivered(counter, server)
        listed = await library(server)
        shown = private(await press(server, listed, "open"))
        files(counter, job)[0].unlink()

        for message, verb in ((listed, "open"), *((shown, v) for v in ("post", "send", "delete"))):
            result = await press(server, message, verb)
            assert "not kept any more" in private_answer(result)
        assert server.channel.history() == []

    @pytest.mark.parametrize("verb", ["open", "post", "send", "delete", "sure"])
    @pytest.mark.parametrize("who", ["bob", "mod"])
    async def test_of_somebody_else_is_nobodys_business(
        self, server: Server, counter: Counter, verb: str, who: str
    ) -> None:
        job = await delivered(counter, server)
        forge(server.env, server.channel.id, f"videos:{verb}:{job.id}")
        member = getattr(server, who)

        result = await member.click(server.card(), custom_id=f"videos:{verb}:{job.id}")

        assert "not in your library" in private_answer(result)
        assert len(server.channel.history()) == 1
        assert files(counter, job)[0].exists()
        assert member.user.dm_channel.history() == []

    @pytest.mark.parametrize("verb", ["open", "post", "send", "delete", "sure"])
    async def test_that_never_was_is_answered_alike(self, server: Server, verb: str) -> None:
        custom_id = f"videos:{verb}:{'f' * 16}"
        forge(server.env, server.channel.id, custom_id)

        result = await server.alice.click(server.card(), custom_id=custom_id)

        assert "not in your library" in private_answer(result)

    async def test_that_failed_is_in_no_library(self, server: Server, counter: Counter) -> None:
        job = await made(counter, server)
        await counter.ledger.finish(job, JobStatus.FAILED, settle=False, failure="failure-timeout")
        forge(server.env, server.channel.id, f"videos:open:{job.id}")

        result = await server.alice.click(server.card(), custom_id=f"videos:open:{job.id}")

        assert "not in your library" in private_answer(result)


class TestWaitingForItsOwner:
    @pytest.fixture
    async def waiting(self, server: Server, counter: Counter, database: Database) -> Job:
        waiting = await claimable(
            counter, server, database, server.env.now(), prompt="the waiting one"
        )
        for _ in range(5):
            await delivered(counter, server, prompt="a later one")
        return waiting

    @pytest.mark.usefixtures("waiting")
    async def test_stands_first_and_is_marked(self, server: Server) -> None:
        text = words(await library(server))

        assert text.index("the waiting one") < text.index("a later one")
        assert text.count("Waiting for you") == 1
        assert "then your credit returns" in text

    async def test_is_settled_once_however_often_it_is_shown(
        self, server: Server, counter: Counter, waiting: Job
    ) -> None:
        listed = await library(server)
        assert (await counter.only_job()).claimable

        for _ in range(3):
            assert media(private(await press(server, listed, "open"))) != []

        shown = await counter.jobs.get(waiting.id)
        assert shown is not None
        assert shown.status is JobStatus.DELIVERED
        assert await counter.ledger.verify() == []
        assert "Waiting for you" not in words(await library(server))

    @pytest.mark.usefixtures("waiting")
    async def test_is_shown_with_what_it_cost(self, server: Server) -> None:
        text = words(await watch(server))

        assert "1 credit used · gone <t:" in text
        assert "Waiting for you" not in text

    async def test_is_settled_by_its_link_too(
        self, server: Server, counter: Counter, waiting: Job
    ) -> None:
        files(counter, waiting)[0].write_bytes(bytes(30 * MIB))

        await watch(server)

        assert await counter.jobs.open_jobs() == []

    async def test_is_not_settled_while_it_cannot_be_given(
        self, server: Server, counter: Counter, database: Database
    ) -> None:
        await claimable(counter, server, database, server.env.now(), size=30 * MIB, links=())

        shown = await watch(server)

        assert media(shown) == []
        assert "Waiting for you" in words(shown)
        assert (await counter.only_job()).claimable

    @pytest.mark.usefixtures("waiting")
    async def test_is_not_settled_by_an_answer_that_discord_refused(
        self, server: Server, counter: Counter
    ) -> None:
        listed = await library(server)
        server.env.inject_error("PATCH", "/webhooks/*", status=403, times=1)

        result = await press(server, listed, "open")

        assert "Discord does not allow" in private_answer(result)
        assert (await counter.only_job()).claimable

    @pytest.mark.usefixtures("waiting")
    async def test_waits_through_a_restart(
        self, server: Server, counter: Counter, database: Database
    ) -> None:
        fresh = open_counter(database, counter.folder)
        await server.env.restart_bot(fresh.bot)

        assert "Waiting for you" in words(await library(server))
        await watch(server)
        assert await fresh.jobs.open_jobs() == []

    async def test_returns_its_credit_when_its_time_is_over(
        self, server: Server, counter: Counter, database: Database
    ) -> None:
        old = await claimable(
            counter, server, database, server.env.now() - KEEP - timedelta(hours=1)
        )
        new = await claimable(
            counter, server, database, server.env.now() - KEEP + timedelta(hours=1)
        )

        with server.env.time_context():
            await counter.desk.library.expire()
            await counter.desk.library.expire()

        released, kept = await counter.jobs.get(old.id), await counter.jobs.get(new.id)
        assert released is not None
        assert (released.status, released.failure) == (JobStatus.FAILED, "failure-unclaimed")
        assert released.refunded
        assert kept is not None
        assert kept.claimable
        assert await counter.ledger.verify() == []

    async def test_is_not_in_the_library_once_its_credit_is_back(
        self, server: Server, counter: Counter, waiting: Job
    ) -> None:
        listed = await library(server)
        await counter.ledger.finish(
            waiting, JobStatus.FAILED, settle=False, failure="failure-unclaimed"
        )

        result = await press(server, listed, "open")

        assert "not in your library" in private_answer(result)


def _people(server: Server) -> tuple[simcord.MemberActor, ...]:
    return (server.alice, server.bob, server.mod)


def _turns(message: ResponseMessage) -> list[dict[str, object]]:
    found = components_of(message)
    return [
        {"disabled": False, **part}
        for part in found
        if str(part.get("custom_id")).startswith("videos:page:")
    ]
