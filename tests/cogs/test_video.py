"""`/video` as a member types it."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Never

import discord
import pytest
import simcord
from PIL import Image

from bot.domain.errors import StorageError
from bot.domain.jobs import JobStatus
from storage.database import Database
from tests.cogs.counter import FACES, Counter, open_counter, taking_in
from tests.cogs.server import Server, labels, private_answer, slow_database, until

WRONG = timedelta(minutes=4)


def png(width: int, height: int) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(made, "PNG")
    return made.getvalue()


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as opened:
        return opened.size


async def test_answers_with_the_card(server: Server, counter: Counter) -> None:
    result = await server.alice.slash(server.channel, "video", prompt="A boat in the rain")

    assert result.response is not None
    assert not result.ephemeral
    assert "A boat in the rain" in server.says()
    assert "1 credit held, 2 left today" in server.says()
    assert labels(server.card()) == ["Cancel", "Prompt"]


async def test_hands_the_job_over_with_its_card(server: Server, counter: Counter) -> None:
    await server.alice.slash(server.channel, "video", prompt="A boat", model="veo-3")

    job = await counter.only_job()

    assert job.status is JobStatus.QUEUED
    assert job.request.model == "veo-3"
    assert job.card is not None
    assert job.card.message_id == server.card().id
    assert job.card.channel_id == server.channel.id
    assert job.card.bot_can_view
    assert job.card.size_limit == 25 * 1024 * 1024


async def test_takes_the_image_in_after_the_answer(server: Server, counter: Counter) -> None:
    await server.alice.slash(
        server.channel, "video", prompt="A boat", image=("boat.png", png(640, 360))
    )
    assert not (await counter.only_job()).inputs_ready

    async with taking_in(counter):
        await until(lambda: "input-" in str(server.card().components[0].to_dict()))

    job = await counter.only_job()
    assert job.inputs_ready
    assert len(job.request.images) == 1


async def test_takes_both_frames_in_before_the_job_may_be_worked_on(
    server: Server, counter: Counter
) -> None:
    frames = {"image": ("a.png", png(640, 360)), "last_frame": ("b.png", png(320, 180))}
    await server.alice.slash(server.channel, "video", prompt="A boat", model="kling", **frames)
    assert not (await counter.only_job()).inputs_ready

    async with taking_in(counter):
        await until(lambda: "last-" in str(server.card().components[0].to_dict()))

    job = await counter.only_job()
    sizes = [size_of(counter.folder / name) for name in job.request.images]
    assert job.inputs_ready
    assert sizes == [(640, 360), (320, 180)]


async def test_again_asks_with_both_frames(server: Server, counter: Counter) -> None:
    frames = {"image": ("a.png", png(640, 360)), "last_frame": ("b.png", png(320, 180))}
    await server.alice.slash(server.channel, "video", prompt="A boat", model="kling", **frames)
    async with taking_in(counter):
        await until(lambda: "last-" in str(server.card().components[0].to_dict()))
    ended = await counter.fail_job()

    await server.bob.click(server.card(), label="Again")

    job = await counter.only_job()
    assert job.inputs_ready
    assert job.request == ended.request
    assert len(job.request.images) == 2


async def test_takes_nothing_on_while_stopping(server: Server, counter: Counter) -> None:
    counter.gate.close()

    result = await server.alice.slash(server.channel, "video", prompt="A boat")

    assert "restarting" in private_answer(result)
    assert await counter.jobs.open_jobs() == []


async def test_understands_a_label_that_was_typed(server: Server, counter: Counter) -> None:
    await server.alice.slash(server.channel, "video", prompt="A boat", model="veo 3")

    assert (await counter.only_job()).request.model == "veo-3"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"model": "sora-1"}, "There is no model"),
        ({"ratio": "4:3"}, "cannot make 4:3"),
        ({"seconds": 60}, "cannot make a video of 60 s"),
        ({"prompt": "   "}, "prompt is empty"),
        ({"image": ("x.tiff", b"II*\0")}, "image"),
        ({"model": "veo-3", "image": ("x.png", b"png")}, "works from words alone"),
        ({"last_frame": ("x.png", b"png")}, "Sora 2 takes no last frame. These do: Kling."),
        (
            {"image": ("x.png", b"png"), "last_frame": ("x.png", b"png")},
            "Sora 2 takes no last frame. These do: Kling.",
        ),
        ({"model": "kling", "last_frame": ("x.png", b"png")}, "A last frame needs a first one"),
        (
            {"model": "kling", "image": ("x.png", b"png"), "last_frame": ("x.tiff", b"II*\0")},
            "The last frame is of the type TIFF",
        ),
        (
            {"model": "kling", "image": ("x.tiff", b"II*\0"), "last_frame": ("x.png", b"png")},
            "The first frame is of the type TIFF",
        ),
        (
            {"model": "kling", "image": ("x.png", b"png"), "last_frame": ("x.png", b"")},
            "The last frame is an empty file",
        ),
        (
            {"model": "kling", "image": ("x.png", bytes(1_100_000)), "last_frame": ("x", b"png")},
            "The first frame has 1.1 MB",
        ),
    ],
)
async def test_refuses_privately_before_anything_is_charged(
    server: Server, counter: Counter, options: dict[str, object], reason: str
) -> None:
    result = await server.alice.slash(server.channel, "video", **{"prompt": "A boat", **options})

    assert reason in private_answer(result)
    assert await counter.jobs.open_jobs() == []
    assert server.channel.history() == []


async def test_says_when_the_next_credit_comes(server: Server, counter: Counter) -> None:
    await counter.spend(3, server.alice.id, server.guild.id)

    result = await server.alice.slash(server.channel, "video", prompt="A boat")

    assert "you have none left" in private_answer(result)
    assert "<t:" in private_answer(result)


async def test_charges_nothing_where_files_cannot_be_attached(
    server: Server, counter: Counter
) -> None:
    channel = server.guild.create_text_channel(
        "quiet",
        overwrites={server.guild.default_role: discord.PermissionOverwrite(attach_files=False)},
    )

    result = await server.alice.slash(channel, "video", prompt="A boat")

    assert "may not attach files" in private_answer(result)
    assert await counter.jobs.open_jobs() == []


async def test_shows_the_card_later_when_the_database_is_slow(
    server: Server, counter: Counter
) -> None:
    async with slow_database(server, counter):
        result = await server.alice.slash(server.channel, "video", prompt="A boat")
        await server.env.advance_time(1)
        assert result.deferred
        assert not result.ephemeral

    await until(lambda: "1 credit held" in server.says())
    card = (await counter.only_job()).card
    assert card is not None
    assert card.message_id == server.card().id


async def test_refuses_late_in_private_and_takes_the_public_promise_back(
    server: Server, counter: Counter
) -> None:
    await counter.spend(3, server.alice.id, server.guild.id)

    async with slow_database(server, counter):
        result = await server.alice.slash(server.channel, "video", prompt="A boat")
        await server.env.advance_time(1)
        assert result.deferred
        assert not result.ephemeral

    assert "you have none left" in private_answer(result)
    assert server.channel.history() == []


async def test_says_late_that_the_database_has_no_answer(server: Server, counter: Counter) -> None:
    async with slow_database(server, counter, error=StorageError("storage-locked")):
        result = await server.alice.slash(server.channel, "video", prompt="A boat")
        await server.env.advance_time(1)

    assert "too busy" in private_answer(result)
    assert server.channel.history() == []


async def test_releases_a_late_job_whose_first_answer_did_not_arrive(
    server: Server, counter: Counter
) -> None:
    server.env.inject_error("POST", "/interactions/*", status=404, code=10062)

    async with slow_database(server, counter):
        await server.alice.slash(server.channel, "video", prompt="A boat")
        await server.env.advance_time(1)

    assert await counter.jobs.open_jobs() == []
    assert await counter.left(server.alice, server.guild.id) == 3


@pytest.mark.parametrize("code", [10062, 10015])
async def test_releases_the_job_when_the_answer_does_not_arrive(
    server: Server, counter: Counter, code: int
) -> None:
    server.env.inject_error("POST", "/interactions/*", status=404, code=code)

    await server.alice.slash(server.channel, "video", prompt="A boat")

    assert await counter.jobs.open_jobs() == []
    assert await counter.left(server.alice, server.guild.id) == 3


async def test_answers_again_after_an_error_of_discord(server: Server, counter: Counter) -> None:
    server.env.inject_error("POST", "/interactions/*", status=500)

    await server.alice.slash(server.channel, "video", prompt="A boat")

    assert "1 credit held" in server.says()
    assert (await counter.only_job()).card is not None


async def test_releases_the_job_when_no_try_to_answer_arrives(
    server: Server, counter: Counter
) -> None:
    server.env.inject_error("POST", "/interactions/*", status=500, times=None)

    await server.alice.slash(server.channel, "video", prompt="A boat")

    assert await counter.jobs.open_jobs() == []
    assert await counter.left(server.alice, server.guild.id) == 3


@pytest.mark.parametrize("slow", [False, True])
async def test_releases_the_job_whose_card_cannot_be_written_down(
    server: Server, counter: Counter, monkeypatch: pytest.MonkeyPatch, slow: bool
) -> None:
    monkeypatch.setattr(counter.jobs, "place_card", broken)

    if slow:
        async with slow_database(server, counter):
            result = await server.alice.slash(server.channel, "video", prompt="A boat")
            await server.env.advance_time(1)
    else:
        result = await server.alice.slash(server.channel, "video", prompt="A boat")

    assert "by the reference" in private_answer(result)
    assert server.channel.history() == []
    assert await counter.jobs.open_jobs() == []
    assert await counter.left(server.alice, server.guild.id) == 3
    assert all("a bug" in str(error) for error in server.env.errors)


async def test_releases_the_job_whose_card_cannot_be_drawn(
    server: Server, counter: Counter
) -> None:
    counter.bot.desk = replace(counter.desk, faces=replace(FACES, buttons=broken))

    result = await server.alice.slash(server.channel, "video", prompt="A boat")

    assert "by the reference" in private_answer(result)
    assert server.channel.history() == []
    assert await counter.jobs.open_jobs() == []
    assert await counter.left(server.alice, server.guild.id) == 3
    assert all("a bug" in str(error) for error in server.env.errors)


def broken(*_: object) -> Never:
    raise RuntimeError("a bug")


async def test_works_on_a_machine_whose_clock_is_wrong(database: Database, tmp_path: Path) -> None:
    fast = open_counter(database, tmp_path, clock=lambda: discord.utils.utcnow() + WRONG)

    async with simcord.run(fast.bot, settle_timeout=30.0) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("videos")
        alice = guild.add_member(env.create_user("alice"))
        await alice.slash(channel, "video", prompt="A boat")

        card = (await fast.only_job()).card
        assert card is not None
        assert card.token_alive(fast.desk.clock() + timedelta(minutes=13))
        assert not card.token_alive(fast.desk.clock() + timedelta(minutes=14))


async def test_offers_models_with_their_price(server: Server) -> None:
    choices = await server.alice.autocomplete(server.channel, "video", "model", "veo")

    assert choices == [{"name": "Veo 3 · 2 credits", "value": "veo-3"}]


async def test_offers_what_the_chosen_model_can_do(server: Server) -> None:
    ratios = await server.alice.autocomplete(
        server.channel, "video", "ratio", "", prompt="x", model="veo-3"
    )
    lengths = await server.alice.autocomplete(server.channel, "video", "seconds", "", prompt="x")

    assert [choice["value"] for choice in ratios] == ["1:1"]
    assert [choice["value"] for choice in lengths] == [4, 8]
