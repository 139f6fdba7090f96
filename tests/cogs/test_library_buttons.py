"""What the buttons of a video in a library do; and what is too large for its place."""

from datetime import timedelta

import discord
import pytest

from tests.cogs.counter import Counter
from tests.cogs.server import Server, components_of, forge, labels, private_answer, words
from tests.cogs.shelf import (
    LINK,
    alts,
    delivered,
    files,
    library,
    media,
    press,
    private,
    watch,
)

MIB = 1024 * 1024


class TestCopies:
    """What was made of a video to be posted helps again when it is watched."""

    async def test_what_does_not_play_in_place_is_given_with_the_copy_that_does(
        self, server: Server, counter: Counter
    ) -> None:
        job = await delivered(counter, server)
        copy = counter.folder / f"video-{job.id}.converted-5000.mp4"
        copy.write_bytes(bytes(900))

        shown = await watch(server)

        assert media(shown) == [copy.name, f"video-{job.id}.mp4"]

    async def test_what_is_too_large_is_shown_as_the_copy_that_fits_beside_its_link(
        self, server: Server, counter: Counter
    ) -> None:
        job = await delivered(counter, server, size=30 * MIB)
        for limit, size in ((8 * MIB, 7 * MIB), (40 * MIB, 29 * MIB)):
            (counter.folder / f"video-{job.id}.shrunk-{limit}.mp4").write_bytes(bytes(size))

        shown = await watch(server)

        assert media(shown) == [f"video-{job.id}.shrunk-{8 * MIB}.mp4"]
        assert "a smaller copy, which fits here; the original has 30 MB" in words(shown)
        assert LINK in str(components_of(shown))

    async def test_who_may_have_it_whole_gets_no_smaller_copy(
        self, server: Server, counter: Counter
    ) -> None:
        job = await delivered(counter, server)
        (counter.folder / f"video-{job.id}.shrunk-500.mp4").write_bytes(bytes(500))

        assert media(await watch(server)) == [f"video-{job.id}.mp4"]

    async def test_a_beginning_is_not_given_for_all_of_it(
        self, server: Server, counter: Counter
    ) -> None:
        job = await delivered(counter, server, size=30 * MIB)
        (counter.folder / f"video-{job.id}.preview-500.mp4").write_bytes(bytes(500))

        assert media(await watch(server)) == []

    async def test_of_many_the_originals_come_first(self, server: Server, counter: Counter) -> None:
        job = await delivered(counter, server, links=((LINK,),) * 6)
        (counter.folder / f"video-{job.id}.converted-5000.mp4").write_bytes(bytes(900))

        assert media(await watch(server)) == [path.name for path in files(counter, job)]


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

    async def test_says_in_words_what_each_video_shows(
        self, server: Server, counter: Counter
    ) -> None:
        await delivered(counter, server, links=((LINK,), (LINK,)))
        shown = await watch(server)

        await press(server, shown, "post")
        await press(server, shown, "send")

        (posted,) = server.channel.history(viewer=server.bob)
        (sent,) = server.alice.user.dm_channel.history()
        said = ["Video 1: A boat *in* the rain", "Video 2: A boat *in* the rain"]
        assert [alts(message) for message in (shown, posted, sent)] == [said] * 3

    async def test_a_prompt_that_shows_nothing_is_no_hindrance(
        self, server: Server, counter: Counter
    ) -> None:
        await delivered(counter, server, prompt="\u200b\u202e")

        shown = await watch(server)

        assert alts(shown) == [None]

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
        assert f"The link ends <t:{ends}:R>." in words(shown)
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
        assert labels(shown)[:2] == ["Open the video", "Post here"]
        assert "parts" not in words(shown)

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


def _direct_sends(server: Server) -> int:
    found = (r for r in server.env.http_requests if r.method == "POST")
    return sum(request.path.endswith("/messages") for request in found)


def _allowed_mentions(server: Server) -> object:
    """What the newest message by an interaction may do."""
    sent = [request for request in server.env.http_requests if request.path.startswith("/webhooks")]
    return next(r.json["allowed_mentions"] for r in reversed(sent) if r.method == "POST" and r.json)
