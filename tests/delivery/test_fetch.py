"""Fetching a job's video."""

import asyncio
import stat
from pathlib import Path

import pytest
import stamina

from bot.delivery import VideoFetcher
from bot.domain.errors import MediaFailure
from bot.net import MediaClient
from tests.net.loopback import Host, Told, listen, reply

JOB = "0123456789abcdef"


def fetcher(
    folder: Path, *hosts: Host, keys: dict[str, dict[str, str]] | None = None
) -> VideoFetcher:
    media = MediaClient(
        allowed_origins=[host.url for host in hosts],
        resolver=Told(),
        max_bytes=1000,
        timeout_seconds=30,
    )
    return VideoFetcher(media, folder, keys=keys or {})


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_the_file_bears_the_jobs_name_in_a_private_folder(tmp_path: Path) -> None:
    folder = tmp_path / "videos"
    sizes: list[int] = []
    async with listen() as host:
        host.answers["/../etc/x.exe"] = reply(b"video", content_disposition="filename=x.exe")
        host.answers["/etc/x.exe"] = host.answers["/../etc/x.exe"]
        fetch = fetcher(folder, host).fetch
        first = await fetch(JOB, f"{host.url}/../etc/x.exe", on_size=sizes.append)
        second = await fetch(JOB, f"{host.url}/etc/x.exe", number=2)

    assert first == folder / f"video-{JOB}.mp4"
    assert second == folder / f"video-{JOB}-2.mp4"
    assert (mode(folder), mode(first), sizes) == (0o700, 0o600, [5])


async def test_what_was_fetched_is_found_again_and_nothing_else(tmp_path: Path) -> None:
    async with listen(v=reply(b"video"), cut=reply(b"video", content_length="9")) as host:
        videos = fetcher(tmp_path, host)
        await videos.fetch(JOB, f"{host.url}/v", number=2)
        with stamina.set_testing(True, attempts=1), pytest.raises(MediaFailure):
            await videos.fetch(JOB, f"{host.url}/cut", number=3)

    assert videos.kept(JOB, 2) == tmp_path / f"video-{JOB}-2.mp4"
    assert [videos.kept(JOB, number) for number in (1, 3)] == [None, None]
    assert videos.kept("fedcba9876543210", 2) is None


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    fetcher(tmp_path)

    assert mode(tmp_path) == 0o700


async def test_only_the_relay_sees_its_key(tmp_path: Path) -> None:
    async with listen(v=reply(b"video")) as relay, listen(v=reply(b"video")) as cdn:
        keys = {f"{relay.url}/v1": {"Authorization": "Bearer canary"}}
        fetch = fetcher(tmp_path, relay, cdn, keys=keys).fetch
        await fetch(JOB, f"{relay.url}/v")
        await fetch(JOB, f"{cdn.url}/v")

    assert "canary" in relay.heard[0]
    assert "canary" not in cdn.heard[0]


async def test_a_link_that_recovers_gives_the_video(tmp_path: Path) -> None:
    turns = [reply(status=503), b"", reply(b"video")]

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(turns.pop(0))
        await writer.drain()

    async with listen(a=answer) as host:
        with stamina.set_testing(True, attempts=3):
            path = await fetcher(tmp_path, host).fetch(JOB, f"{host.url}/a")

    assert path.stat().st_size == 5


@pytest.mark.parametrize("status", [404, 429, 500, 503])
async def test_tries_again_what_may_pass(tmp_path: Path, status: int) -> None:
    async with listen(a=reply(status=status)) as host:
        with stamina.set_testing(True, attempts=3), pytest.raises(MediaFailure, match="status"):
            await fetcher(tmp_path, host).fetch(JOB, f"{host.url}/a")

    assert len(host.heard) == 3


@pytest.mark.parametrize("status", [401, 403, 410])
async def test_does_not_insist_on_what_was_refused(tmp_path: Path, status: int) -> None:
    async with listen(a=reply(status=status)) as host:
        with stamina.set_testing(True, attempts=3), pytest.raises(MediaFailure, match="status"):
            await fetcher(tmp_path, host).fetch(JOB, f"{host.url}/a")

    assert len(host.heard) == 1


async def test_a_full_disk_is_not_the_relays_fault(tmp_path: Path) -> None:
    async with listen(a=reply(b"video")) as host:
        fetch = fetcher(tmp_path / "gone", host).fetch
        (tmp_path / "gone").rmdir()
        with stamina.set_testing(True, attempts=3), pytest.raises(OSError, match="gone"):
            await fetch(JOB, f"{host.url}/a")

    assert len(host.heard) == 1


async def test_a_bad_link_or_name_asks_nobody(tmp_path: Path) -> None:
    fetch = fetcher(tmp_path).fetch

    with pytest.raises(MediaFailure, match="media-address"):
        await fetch(JOB, "http://169.254.169.254/latest")
    with pytest.raises(MediaFailure, match="media-address"):
        await fetch(JOB, "video.mp4")
    with pytest.raises(ValueError, match="job id"):
        await fetch("../x", "http://127.0.0.1/")
