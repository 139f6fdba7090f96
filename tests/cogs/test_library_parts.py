"""**In parts**: a video that is too large for its place reaches its owner piece by piece."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from simcord.results import InteractionResult, ResponseMessage

from bot.delivery import probe
from bot.domain.jobs import Job, JobStatus
from bot.generation.originals import MAX_PARTS
from storage.database import Database
from tests.cogs.counter import Counter
from tests.cogs.server import Server, components_of, forge, labels, private_answer, words
from tests.cogs.shelf import LINK, claimable, delivered, files, media, press, watch
from tests.delivery.test_cutting import REEL

MIB = 1024 * 1024


@pytest.fixture(scope="session")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds and more bytes than the simulated Discord takes (25 MiB)."""
    path = tmp_path_factory.mktemp("reel") / "reel.mp4"
    command = [sys.executable, str(REEL), str(path), "640", "360", "66", "8"]
    subprocess.run(command, check=True, timeout=60)
    assert path.stat().st_size > 25 * MIB
    return path


@pytest.fixture
async def large(server: Server, counter: Counter, reel: Path) -> Job:
    """A delivered video of Alice that has to be cut in two."""
    job = await delivered(counter, server)
    lay(counter, job, reel)
    return job


def lay(counter: Counter, job: Job, reel: Path) -> Path:
    (path,) = files(counter, job)
    path.unlink()
    os.link(reel, path)
    return path


def parts(result: InteractionResult) -> list[ResponseMessage]:
    """The private messages that hold videos."""
    return [message for message in result.followups if media(message)]


def end(result: InteractionResult) -> str:
    """What the first answer says in the end."""
    assert result.response is not None
    return words(result.response)


def left_in(counter: Counter) -> list[str]:
    return [path.name for path in counter.folder.iterdir() if path.is_dir()]


async def test_is_offered_beside_the_relays_link(
    server: Server, counter: Counter, large: Job
) -> None:
    shown = await watch(server)

    assert media(shown) == []
    assert "**In parts** sends it to you here" in words(shown)
    assert labels(shown)[:2] == ["Open the video", "In parts"]
    assert all(len(row["components"]) <= 5 for row in components_of(shown) if row["type"] == 1)


async def test_every_part_arrives_in_order_plays_and_is_for_its_owner_alone(
    server: Server, counter: Counter, large: Job, reel: Path, tmp_path: Path
) -> None:
    result = await press(server, await watch(server), "parts")

    whole, got = await probe(reel), parts(result)
    stem = f"video-{large.id}-part"
    assert [media(each) for each in got] == [[f"{stem}-1-of-2.mp4"], [f"{stem}-2-of-2.mp4"]]
    assert [words(each).strip() for each in got] == ["Part 1 of 2", "Part 2 of 2"]
    assert all(each.ephemeral for each in got)
    clips = [await probe(fetched(server, each, tmp_path)) for each in got]
    assert all(clip.inline_safe for clip in clips)
    assert sum(clip.seconds for clip in clips) == pytest.approx(whole.seconds, abs=0.1)
    assert "All 2 parts are here, only for you" in end(result)
    assert server.channel.history(viewer=server.bob) == []
    assert left_in(counter) == []


async def test_says_in_words_what_a_part_shows(server: Server, large: Job) -> None:
    result = await press(server, await watch(server), "parts")

    items = [item for each in parts(result) for item in gallery(each)]
    assert [item["description"] for item in items] == [
        "Part 1 of 2: A boat *in* the rain",
        "Part 2 of 2: A boat *in* the rain",
    ]


async def test_what_waited_for_its_owner_is_settled_once_all_of_it_came(
    server: Server, counter: Counter, database: Database, reel: Path
) -> None:
    ended = f"{LINK}?expires={int((server.env.now() - timedelta(hours=2)).timestamp())}"
    since = server.env.now()
    job = await claimable(counter, server, database, since, links=((ended,),))
    lay(counter, job, reel)
    shown = await watch(server)
    assert (await status(counter, job)) is JobStatus.DELIVERING

    await press(server, shown, "parts")

    assert (await status(counter, job)) is JobStatus.DELIVERED


@pytest.mark.parametrize("job_id", ["", "0123456789abcdef"])
async def test_is_for_nobody_else_and_no_other_id(server: Server, large: Job, job_id: str) -> None:
    forge(server.env, server.channel.id, custom_id := f"videos:parts:{job_id or large.id}")
    (there,) = server.channel.history()

    for member in (server.bob, server.mod):
        result = await member.click(there, custom_id=custom_id)

        assert "not in your library" in private_answer(result)
        assert parts(result) == []


async def test_a_video_that_fits_is_not_cut(server: Server, counter: Counter) -> None:
    job = await delivered(counter, server)
    forge(server.env, server.channel.id, custom_id := f"videos:parts:{job.id}")
    (there,) = server.channel.history()

    result = await server.alice.click(there, custom_id=custom_id)

    assert "fits here in one piece" in private_answer(result)


async def test_a_file_that_is_gone_meanwhile_is_told(
    server: Server, counter: Counter, large: Job
) -> None:
    shown = await watch(server)
    files(counter, large)[0].unlink()

    result = await press(server, shown, "parts")

    assert "not kept any more" in private_answer(result)
    assert parts(result) == []


async def test_what_cannot_be_cut_is_told_and_the_link_offered(
    server: Server, counter: Counter, large: Job
) -> None:
    """Random bytes of a size that has to be cut."""
    (path,) = files(counter, large)
    path.unlink()
    path.write_bytes(bytes(26 * MIB))

    result = await press(server, await watch(server), "parts")

    assert result.response is not None
    assert "could not be cut into parts" in end(result)
    assert links(result.response) == [LINK]
    assert left_in(counter) == []


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        (f"{LINK}?at=<night> (1)", [f"{LINK}?at=%3Cnight%3E%20%281%29"]),
        (f"{LINK}?{'x' * 5_000}", []),
        ("data:video/mp4;base64,AAAA", []),
    ],
    ids=["needs quotes", "too long for a message", "no web link"],
)
async def test_the_link_that_is_offered_instead_is_one_that_discord_takes(
    server: Server, counter: Counter, link: str, shown: list[str]
) -> None:
    job = await delivered(counter, server, links=((link,),))
    files(counter, job)[0].write_bytes(bytes(26 * MIB))

    result = await press(server, await watch(server), "parts")

    assert result.response is not None
    assert "could not be cut into parts" in end(result)
    assert links(result.response) == shown


@pytest.mark.parametrize(("status", "code"), [(413, 0), (400, 50045)])
async def test_a_part_that_discord_refuses_is_told_and_nothing_is_lost(
    server: Server, counter: Counter, large: Job, status: int, code: int
) -> None:
    """The first one by its size: smaller parts follow, once."""
    shown = await watch(server)
    server.env.inject_error("POST", "/webhooks/*", status=status, code=code, times=1)

    result = await press(server, shown, "parts")

    names = [name for each in parts(result) for name in media(each)]
    assert names[0].endswith("-part-1-of-4.mp4")
    assert len(names) == 4
    assert "All 4 parts are here" in end(result)


async def test_parts_that_discord_takes_in_no_size_are_told_with_the_link(
    server: Server, counter: Counter, large: Job
) -> None:
    shown = await watch(server)
    server.env.inject_error("POST", "/webhooks/*", status=413, times=None)

    result = await press(server, shown, "parts")

    assert result.response is not None
    assert "Discord found 4 parts too large. 0 of 4 parts are here." in end(result)
    assert links(result.response) == [LINK]
    assert files(counter, large)[0].exists()
    assert left_in(counter) == []


async def test_discord_being_away_is_told_and_the_next_press_works(
    server: Server, counter: Counter, large: Job
) -> None:
    shown = await watch(server)
    server.env.inject_error("POST", "/webhooks/*", status=429, times=1)

    result = await press(server, shown, "parts")
    again = await press(server, shown, "parts")

    assert "Try again in a minute. 0 of 2 parts are here. Nothing is lost" in end(result)
    assert len(parts(again)) == 2
    assert left_in(counter) == []


async def test_what_does_not_come_in_time_is_told(
    server: Server, counter: Counter, large: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.presenter.library.parts.TOKEN_LIFE", timedelta(0))

    result = await press(server, await watch(server), "parts")

    assert "Discord gave no more time" in end(result)
    assert left_in(counter) == []


async def test_too_many_parts_are_not_offered_and_that_is_said(
    server: Server, counter: Counter
) -> None:
    job = await delivered(counter, server)
    with files(counter, job)[0].open("wb") as file:
        file.truncate(MAX_PARTS * 25 * MIB)

    shown = await watch(server)

    assert f"more than {MAX_PARTS}, too many to send" in words(shown)
    assert labels(shown)[:2] == ["Open the video", "Post here"]


def gallery(message: ResponseMessage) -> list[dict[str, Any]]:
    return [item for part in components_of(message) for item in part.get("items", [])]


def links(message: ResponseMessage) -> list[str]:
    return [part["url"] for part in components_of(message) if part.get("url")]


def fetched(server: Server, message: ResponseMessage, folder: Path) -> Path:
    """The video of a message, as Discord has it."""
    (item,) = gallery(message)
    path = folder / "fetched.mp4"
    path.write_bytes(server.env.backend.cdn.get(item["media"]["url"]) or b"")
    return path


async def status(counter: Counter, job: Job) -> JobStatus:
    found = await counter.jobs.get(job.id)
    assert found is not None
    return found.status
