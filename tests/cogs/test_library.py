"""`/videos` as members use it: their own list, one video of it, and its buttons."""

from datetime import timedelta

import discord
import pytest
import simcord
from simcord.results import InteractionResult, ResponseMessage

from bot.domain.jobs import Job, JobStatus
from storage.database import Database
from tests.cogs.counter import KEEP, Counter, open_counter
from tests.cogs.server import Server, components_of, forge, labels, private_answer, words
from tests.cogs.shelf import LINK, claimable, delivered, files, made, media

MIB = 1024 * 1024


async def library(server: Server, member: simcord.MemberActor | None = None) -> ResponseMessage:
    result = await (member or server.alice).slash(server.channel, "videos")
    assert result.response is not None
    assert result.response.ephemeral
    return result.response


async def press(server: Server, message: ResponseMessage, verb: str) -> InteractionResult:
    """Alice presses the first button of that verb."""
    ids = [str(part.get("custom_id")) for part in components_of(message)]
    custom_id = next(found for found in ids if found.startswith(f"videos:{verb}"))
    return await server.alice.click(message, custom_id=custom_id)


def private(result: InteractionResult) -> ResponseMessage:
    """The one private message of an answer."""
    answers = [*([result.response] if result.response else []), *result.followups]
    (found,) = [answer for answer in answers if answer.ephemeral]
    return found


async def watch(server: Server) -> ResponseMessage:
    return private(await press(server, await library(server), "open"))


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
        assert f"goes <t:{int(until.timestamp())}:R>" in text

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


class TestPostHere:
    async def test_shows_it_to_everybody_and_names_its_owner(
        self, server: Server, counter: Counter
    ) -> None:
        job = await delivered(counter, server)

        result = await press(server, await watch(server), "post")

        (posted,) = server.channel.history(viewer=server.bob)
        assert media(posted) == [f"video-{job.id}.mp4"]
        assert server.alice.mention in words(posted)
        assert _allowed_mentions(server) == {"parse": []}
        assert labels(posted) == ["Again", "Prompt", "Remove"]
        assert f"/{server.channel.id}/{posted.id})" in private_answer(result)

    async def test_pressed_twice_posts_twice(self, server: Server, counter: Counter) -> None:
        await delivered(counter, server)
        shown = await watch(server)

        await press(server, shown, "post")
        await press(server, shown, "post")

        first, second = server.channel.history(viewer=server.bob)
        assert media(first) == media(second)
        assert len(media(first)) == 1

    async def test_needs_the_right_to_attach_files(self, server: Server, counter: Counter) -> None:
        job = await delivered(counter, server)
        quiet = server.guild.create_text_channel(
            "quiet",
            overwrites={server.guild.default_role: discord.PermissionOverwrite(attach_files=False)},
        )
        forge(server.env, quiet.id, f"videos:post:{job.id}")
        (there,) = quiet.history()

        result = await server.alice.click(there, custom_id=f"videos:post:{job.id}")

        assert "may not attach files" in private_answer(result)
        assert len(quiet.history()) == 1

    async def test_is_not_for_who_is_blocked(self, server: Server, counter: Counter) -> None:
        await delivered(counter, server)
        shown = await watch(server)
        await counter.rules.block(server.guild.id, server.alice.id, actor_id=1, reason="rude")

        result = await press(server, shown, "post")

        assert "The moderators’ reason: rude" in private_answer(result)
        assert server.channel.history(viewer=server.bob) == []

    async def test_says_so_when_discord_is_unwell(self, server: Server, counter: Counter) -> None:
        await delivered(counter, server)
        shown = await watch(server)
        server.env.inject_error("POST", "/webhooks/*", status=429, times=1)

        result = await press(server, shown, "post")

        assert "Try again in a minute" in private_answer(result)
        assert server.channel.history(viewer=server.bob) == []

    @pytest.mark.parametrize("who", ["alice", "mod"])
    async def test_can_be_taken_back_and_the_library_keeps_it(
        self, server: Server, counter: Counter, who: str
    ) -> None:
        job = await delivered(counter, server)
        await press(server, await watch(server), "post")
        (posted,) = server.channel.history(viewer=server.bob)

        await getattr(server, who).click(posted, label="Remove")

        assert server.channel.history(viewer=server.bob) == []
        assert files(counter, job)[0].exists()

    async def test_can_be_taken_back_by_no_other_member(
        self, server: Server, counter: Counter
    ) -> None:
        await delivered(counter, server)
        await press(server, await watch(server), "post")
        (posted,) = server.channel.history(viewer=server.bob)

        result = await server.bob.click(posted, label="Remove")

        assert "Only the member who asked" in private_answer(result)
        assert len(server.channel.history(viewer=server.mod)) == 1


class TestSendToMe:
    async def test_sends_a_direct_message(self, server: Server, counter: Counter) -> None:
        job = await delivered(counter, server)

        result = await press(server, await watch(server), "send")

        (sent,) = server.alice.user.dm_channel.history()
        assert media(sent) == [f"video-{job.id}.mp4"]
        assert labels(sent) == ["Prompt", "Remove"]
        assert f"/channels/@me/{sent.channel.id}/{sent.id})" in private_answer(result)
        assert server.channel.history(viewer=server.bob) == []

    async def test_can_be_removed_there(self, server: Server, counter: Counter) -> None:
        await delivered(counter, server)
        await press(server, await watch(server), "send")
        (sent,) = server.alice.user.dm_channel.history()

        await server.alice.user.click(sent, label="Remove")

        assert server.alice.user.dm_channel.history() == []

    @pytest.mark.parametrize("code", [50007, 50278])
    async def test_says_what_to_do_when_direct_messages_are_closed(
        self, server: Server, counter: Counter, code: int
    ) -> None:
        await delivered(counter, server)
        shown = await watch(server)
        server.env.inject_error("POST", "/channels/*/messages", status=403, code=code)

        result = await press(server, shown, "send")

        assert "Allow direct messages" in private_answer(result)
        assert server.alice.user.dm_channel.history() == []

    async def test_knows_how_much_a_direct_message_takes(
        self, server: Server, counter: Counter
    ) -> None:
        await delivered(counter, server, size=12 * MIB)
        shown = await watch(server)

        await press(server, shown, "send")

        (sent,) = server.alice.user.dm_channel.history()
        assert media(shown) != []
        assert media(sent) == []
        assert "With 12 MB it is too large to attach here, where 10 MB fit" in words(sent)
        assert labels(sent)[0] == "Open the video"


class TestDelete:
    async def test_asks_first(self, server: Server, counter: Counter) -> None:
        job = await delivered(counter, server)

        asked = private(await press(server, await watch(server), "delete"))

        assert "Delete this video?" in words(asked)
        assert files(counter, job)[0].exists()

    async def test_removes_all_files_for_good_and_returns_nothing(
        self, server: Server, counter: Counter
    ) -> None:
        job = await delivered(counter, server, links=((LINK,), (LINK,)))
        left = await counter.left(server.alice, server.guild.id)
        asked = private(await press(server, await watch(server), "delete"))

        await press(server, asked, "sure")

        assert "Deleted" in words(asked)
        assert labels(asked) == []
        assert not any(path.exists() for path in files(counter, job))
        assert "Nothing of yours" in words(await library(server))
        assert await counter.left(server.alice, server.guild.id) == left

    async def test_pressed_twice_says_that_it_is_gone(
        self, server: Server, counter: Counter
    ) -> None:
        await delivered(counter, server)
        shown = await watch(server)
        first = private(await press(server, shown, "delete"))
        second = private(await press(server, shown, "delete"))
        await press(server, first, "sure")

        result = await press(server, second, "sure")

        assert "not kept any more" in words(result.followups[0])


class TestTooLarge:
    async def test_gives_the_relays_link_while_it_lives(
        self, server: Server, counter: Counter
    ) -> None:
        ends = int((server.env.now() + timedelta(hours=2)).timestamp())
        link = f"{LINK}?expires={ends}"
        await delivered(counter, server, size=30 * MIB, links=((link,),))

        shown = await watch(server)

        assert media(shown) == []
        assert "With 30 MB it is too large" in words(shown)
        assert f"the link ends <t:{ends}:R>" in words(shown)
        assert [part["url"] for part in components_of(shown) if part.get("url")] == [link]

    async def test_says_who_can_help_when_the_link_has_ended(
        self, server: Server, counter: Counter
    ) -> None:
        link = f"{LINK}?expires={int((server.env.now() - timedelta(hours=2)).timestamp())}"
        job = await delivered(counter, server, size=30 * MIB, links=((link,),))
        shown = await watch(server)

        posted = await press(server, shown, "post")
        sent = await press(server, shown, "send")

        for text in (words(shown), private_answer(posted), private_answer(sent)):
            assert f"the file video-{job.id}.mp4" in text
        assert not [part for part in components_of(shown) if part.get("url")]
        assert server.channel.history(viewer=server.bob) == []

    @pytest.mark.parametrize(("status", "code"), [(413, 0), (400, 40005), (400, 50045)])
    async def test_takes_one_step_down_when_discord_takes_less_than_it_said(
        self, server: Server, counter: Counter, status: int, code: int
    ) -> None:
        await delivered(counter, server)
        listed = await library(server)
        server.env.inject_error("PATCH", "/webhooks/*", status=status, code=code)

        shown = private(await press(server, listed, "open"))

        assert media(shown) == []
        assert "too large to attach here." in words(shown)
        assert labels(shown)[0] == "Open the video"

    async def test_takes_that_step_once(self, server: Server, counter: Counter) -> None:
        await delivered(counter, server)
        shown = await watch(server)
        before = _direct_sends(server)
        server.env.inject_error("POST", "/channels/*/messages", status=413, times=None)

        result = await press(server, shown, "send")

        assert _direct_sends(server) - before == 2
        assert "Discord does not allow that" in private_answer(result)

    async def test_attaches_what_fits_of_several(self, server: Server, counter: Counter) -> None:
        other = "https://relay.example/2.mp4"
        job = await delivered(counter, server, links=((LINK,), (other,)))
        files(counter, job)[1].write_bytes(bytes(30 * MIB))

        shown = await watch(server)

        assert media(shown) == [f"video-{job.id}.mp4"]
        assert [part["url"] for part in components_of(shown) if part.get("url")] == [other]

    @pytest.mark.parametrize("link", ["javascript:alert(1)", "", f"https://a.example/{'x' * 1300}"])
    async def test_gives_no_link_that_cannot_be_shown(
        self, server: Server, counter: Counter, link: str
    ) -> None:
        await delivered(counter, server, size=30 * MIB, links=((link,),))

        shown = await watch(server)

        assert "Whoever runs the bot" in words(shown)


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
        assert "returns your credit" in text

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


def _direct_sends(server: Server) -> int:
    found = (r for r in server.env.http_requests if r.method == "POST")
    return sum(request.path.endswith("/messages") for request in found)


def _allowed_mentions(server: Server) -> object:
    """What the newest message by an interaction may do."""
    sent = [request for request in server.env.http_requests if request.path.startswith("/webhooks")]
    return next(r.json["allowed_mentions"] for r in reversed(sent) if r.method == "POST" and r.json)
