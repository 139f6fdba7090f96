"""Links as relays write them, fetched from a real server: what counts is what lies behind them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import Clapper, Ended
from tests.cli.relay import KEY, Relay, small_video
from tests.net.loopback import Answer, Host, listen, reply

pytestmark = pytest.mark.unmeasured

VIDEO = small_video()
FILE = reply(VIDEO, content_type="video/mp4")
SIGNED = "/o/a%2Fb%20c?X-Amz-Date=2026&e=&X-Amz-Signature=x%2By%2f%3D&n=1+2&t=a%252Fb"
EXPIRED = (
    b'<?xml version="1.0"?><Error><Code>AccessDenied</Code>'
    b"<Message>Request has expired</Message></Error>"
)
PAGE = b"<!doctype html><title>Log in</title>"


@dataclass(frozen=True, kw_only=True)
class Place:
    """One link of an answer: how it is written, what is asked for, and what is there."""

    text: str
    """`{url}` is the server's address."""
    path: str
    answer: Answer = FILE


VIDEOS = {
    "no extension": Place(text="[watch]({url}/v/8f14e45fceea1677)", path="/v/8f14e45fceea1677"),
    "signed query": Place(text="Done: {url}" + SIGNED + " (1 day)", path=SIGNED),
    "html escapes": Place(
        text="<video src='{url}/v?a=1&amp;sig=b%2Fc&amp;region=2' controls></video>",
        path="/v?a=1&sig=b%2Fc&region=2",
    ),
    "doubled": Place(
        text="[watch]({url}/cdn/1.mp4) | [save]({url}/cdn/download/1.mp4)", path="/cdn/1.mp4"
    ),
    "octet-stream": Place(
        text="[Download]({url}/get?id=8f14e45fceea1677)",
        path="/get?id=8f14e45fceea1677",
        answer=reply(VIDEO, content_type="application/octet-stream"),
    ),
    "no content type": Place(text="{url}/a.mp4", path="/a.mp4", answer=reply(VIDEO)),
    "called a page": Place(
        text="{url}/a.mp4", path="/a.mp4", answer=reply(VIDEO, content_type="text/html")
    ),
    "angle brackets and chinese": Place(text="视频：<{url}/a.mp4>，请下载。", path="/a.mp4"),
}
NO_VIDEOS = {
    "expired": reply(EXPIRED, status=403, content_type="application/xml"),
    "refused": reply(b"", status=403),
    "gone": reply(b"", status=410),
    "page": reply(PAGE, content_type="text/html; charset=utf-8"),
    "page that calls itself a video": reply(PAGE, content_type="video/mp4"),
    "nothing": reply(b"", content_type="video/mp4"),
}


@pytest.fixture
async def cdn() -> AsyncIterator[Host]:
    """Where the files are: another origin than the relay's."""
    async with listen() as host:
        yield host


async def generated(clapper: Clapper, relay: Relay, *origins: Host) -> Ended:
    settings = relay.settings(MEDIA_ORIGINS=",".join(host.url for host in origins))
    return await clapper("generate", "--prompt", "x", "--out", "boat.mp4", "--json", **settings)


@pytest.mark.parametrize("place", VIDEOS.values(), ids=VIDEOS.keys())
async def test_a_link_is_asked_for_as_it_was_written(
    clapper: Clapper, folder: Path, relay: Relay, cdn: Host, place: Place
) -> None:
    cdn.answers[place.path] = place.answer
    relay.says(place.text.replace("{url}", cdn.url))

    ended = await generated(clapper, relay, cdn)

    assert ended.code == 0, ended.out + ended.err
    assert [head.split()[1] for head in cdn.heard] == [place.path]
    assert KEY not in "".join(cdn.heard)
    assert (folder / "boat.mp4").read_bytes() == VIDEO


@pytest.mark.parametrize("written", ["/files/boat", "{url}/files/boat", "{rest}/files/boat"])
async def test_a_relative_link_is_the_relays_own(
    clapper: Clapper, folder: Path, relay: Relay, written: str
) -> None:
    relay.offers("boat", VIDEO)
    rest = relay.url.removeprefix("http:")
    relay.says(f"[Download]({written.format(url=relay.url, rest=rest)})")

    ended = await generated(clapper, relay)

    assert ended.code == 0, ended.out + ended.err
    assert relay.fetched_with == [f"Bearer {KEY}"]
    assert (folder / "boat.mp4").read_bytes() == VIDEO


async def test_a_link_that_moved_is_followed_without_the_key(
    clapper: Clapper, folder: Path, relay: Relay, cdn: Host
) -> None:
    async with listen() as store:
        cdn.answers["/a.mp4"] = reply(status=302, location=f"{store.url}/o?sig=a%2Fb")
        store.answers["/o?sig=a%2Fb"] = reply(VIDEO)
        relay.says(f"{cdn.url}/a.mp4")

        ended = await generated(clapper, relay, cdn, store)

    assert ended.code == 0, ended.out + ended.err
    assert KEY not in "".join(cdn.heard + store.heard)
    assert (folder / "boat.mp4").read_bytes() == VIDEO


@pytest.mark.parametrize("answer", NO_VIDEOS.values(), ids=NO_VIDEOS.keys())
async def test_what_is_no_video_is_no_result(
    clapper: Clapper, folder: Path, relay: Relay, cdn: Host, answer: Answer
) -> None:
    cdn.answers["/a.mp4"] = answer
    relay.says(f"{cdn.url}/a.mp4")

    ended = await generated(clapper, relay, cdn)

    assert ended.code == 1
    completed, failed = ended.events[-2:]
    assert completed["video_urls"] == [f"{cdn.url}/a.mp4"]
    assert (failed["event"], failed["kind"]) == ("failed", "no_result")
    assert not (folder / "boat.mp4").exists()
