"""Videos that Discord would not play or take as they are, all the way to the card."""

import asyncio
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest

from bot.delivery.limits import MARGIN
from bot.domain.jobs import JobStatus
from tests.delivery.clips import QUARTERS
from tests.delivery.seen import Seen, seen
from tests.generation.errand import an_errand, names
from tests.net.loopback import Answer, Host, listen, reply
from tests.presenter_live.stage import Stage, until

MIB = 1 << 20


@pytest.fixture
async def host(clips: Path) -> AsyncIterator[Host]:
    """Has some of the sample videos by their first names."""
    kinds = ("hevc.mp4", "index-last.mp4", "large.mp4", "long.mp4")
    answers: dict[str, Answer] = {
        name.partition(".")[0]: reply((clips / name).read_bytes()) for name in kinds
    }
    large = (clips / "large.mp4").read_bytes()
    answers["padded"] = reply(large + struct.pack(">I4s", 12 * MIB, b"free") + bytes(12 * MIB - 8))
    hevc = (clips / "hevc-silent.mp4").read_bytes()
    answers["scrambled"] = reply(_scrambled(hevc))
    async with listen(None, **answers) as host:
        yield host


def _scrambled(film: bytes) -> bytes:
    """The same with nothing but noise after its first pictures."""
    at = film.index(b"mdat") + len(b"mdat") + 163
    return film[:at] + b"\xa5" * (len(film) - at)


def shown(stage: Stage, message: discord.Message, folder: Path) -> list[Seen]:
    """What the videos of a message look like to whoever downloads them."""
    (box,) = message.components
    found = []
    for item in (item for part in box.children for item in getattr(part, "items", ())):  # type: ignore[union-attr] # a container
        path = folder / item.media.url.split("?")[0].rsplit("/", 1)[1]
        path.write_bytes(stage.env.backend.cdn.get(item.media.url) or b"")
        found.append(seen(path))
    return found


def edits(stage: Stage) -> str:
    """All that the card was ever told to say."""
    return str([request.json for request in stage.env.http_requests if request.json])


async def test_what_not_everybody_plays_is_playable_on_the_card(
    stage: Stage, host: Host, tmp_path: Path
) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/hevc"]])

        await errand.bring(job)

        (card,) = shown(stage, stage.messages()[0], tmp_path)
        assert names(stage.messages()[0]) == [f"video-{job.id}.mp4"]
        assert card.size == (64, 48)
        assert all(
            abs(a - b) < 20
            for one, other in zip(card.quarters, QUARTERS, strict=True)
            for a, b in zip(one, other, strict=True)
        )
        assert "Making it playable everywhere" in edits(stage)
        assert "Converted so that it plays everywhere" in stage.said(stage.messages()[0])
        assert await errand.status(job) is JobStatus.DELIVERED


async def test_a_better_container_is_nothing_to_talk_about(stage: Stage, host: Host) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/index-last"]])

        await errand.bring(job)

        said = stage.said(stage.messages()[0])
        assert names(stage.messages()[0]) == [f"video-{job.id}.mp4"]
        assert "/videos" not in said
        assert "link" not in said


async def test_what_is_too_large_is_shrunk(stage: Stage, host: Host, tmp_path: Path) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/large"]], limit=MARGIN + 40_000)

        await errand.bring(job)

        (card,) = shown(stage, stage.messages()[0], tmp_path)
        assert (tmp_path / f"video-{job.id}.mp4").stat().st_size <= 40_000
        assert (card.size, len(card.moments)) == ((96, 64), 24)
        assert "Shrinking its 0.1 MB to the 0.3 MB that fit here" in edits(stage)
        assert "Shrunk from 0.1 MB" in stage.said(stage.messages()[0])
        assert (stage.folder / "videos" / f"video-{job.id}.mp4").stat().st_size > 100_000


async def test_what_can_not_be_shrunk_is_shown_as_a_preview_and_linked(
    stage: Stage, host: Host, tmp_path: Path
) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/long"]], limit=MARGIN + 60_000)

        await errand.bring(job)

        (card,) = shown(stage, stage.messages()[0], tmp_path)
        said = stage.said(stage.messages()[0])
        assert len(card.moments) == 60
        assert "A preview: the first 1 min 0 s of 30 min 0 s" in said
        assert "The original is in `/videos`" in said
        assert f"{host.url}/long" in said
        assert await errand.status(job) is JobStatus.DELIVERED


async def test_what_can_not_be_made_playable_is_posted_as_it_is(
    stage: Stage, host: Host, tmp_path: Path
) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/scrambled"]])

        await errand.bring(job)

        original = stage.folder / "videos" / f"video-{job.id}.mp4"
        (box,) = stage.messages()[0].components
        (url,) = [
            item.media.url
            for part in box.children  # type: ignore[union-attr] # a container
            for item in getattr(part, "items", ())
        ]
        assert stage.env.backend.cdn.get(url) == original.read_bytes()
        assert [path.name for path in original.parent.iterdir()] == [original.name]
        assert "Converted" not in stage.said(stage.messages()[0])
        assert await errand.status(job) is JobStatus.DELIVERED


async def test_where_discord_takes_less_than_it_said_it_is_shrunk_by_one_step(
    stage: Stage, host: Host, tmp_path: Path
) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/padded"]], limit=25 * MIB)
        # Two are for the progress, which is given up then.
        stage.env.inject_error("PATCH", "/webhooks/*", status=413, code=40005, times=3)

        await errand.bring(job)

        (card,) = shown(stage, stage.messages()[0], tmp_path)
        assert card.size == (96, 64)
        assert "Shrinking its 12.1 MB to the 10 MB that fit here" in edits(stage)
        assert "Shrunk from 12.1 MB to fit the 10 MB" in stage.said(stage.messages()[0])
        assert await errand.status(job) is JobStatus.DELIVERED


async def test_several_are_made_to_fit_side_by_side(stage: Stage, host: Host) -> None:
    async with an_errand(stage, host) as errand:
        links = [[f"{host.url}/{name}"] for name in ("large", "hevc", "large")]
        job = await errand.job(links, limit=MARGIN + 40_000)

        await errand.bring(job)

        said = stage.said(stage.messages()[0])
        assert names(stage.messages()[0]) == [f"video-{job.id}{n}.mp4" for n in ("", "-2", "-3")]
        assert "1 of 3 converted to play everywhere. 2 of 3 shrunk to fit here." in said
        assert "The originals are in `/videos`." in said


async def test_what_was_made_before_a_restart_is_not_made_again(stage: Stage, host: Host) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/hevc"]])
        await errand.bring(job)
        made = {path.name: path.stat().st_mtime_ns for path in errand.files()}

        await errand.bring(job)  # as it was stored before the end

        assert {path.name: path.stat().st_mtime_ns for path in errand.files()} == made
        assert len(made) == 2


async def test_who_is_stopped_in_the_middle_goes_on_from_there(stage: Stage, host: Host) -> None:
    async with an_errand(stage, host) as errand:
        job = await errand.job([[f"{host.url}/long"]], limit=MARGIN + 3_000_000)
        work = asyncio.create_task(errand.bring(job))
        await until(lambda: any("shrunk" in path.name for path in errand.files()))

        work.cancel()
        await asyncio.wait({work})
        left = [path.name for path in errand.files()]
        await errand.bring(job)

        assert work.cancelled()
        assert left == [f"video-{job.id}.mp4"]
        assert "Shrunk from 3.2 MB" in stage.said(stage.messages()[0])
        assert len(host.heard) == 1
        assert await errand.status(job) is JobStatus.DELIVERED
