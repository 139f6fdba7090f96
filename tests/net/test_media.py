"""Fetching what is behind a link."""

import asyncio
import gzip
import os
import ssl
import stat
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from bot.domain.errors import MediaFailure
from bot.net import MediaClient, Resolver, relay_http
from tests.net.loopback import Host, Told, listen, reply

BODY = os.urandom(700_000)


def client(
    *hosts: Host,
    resolver: Resolver | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    max_bytes: int = 1_000_000,
    timeout_seconds: float = 30,
) -> MediaClient:
    return MediaClient(
        allowed_origins=[host.url for host in hosts],
        resolver=resolver or Told(),
        transport=transport,
        max_bytes=max_bytes,
        timeout_seconds=timeout_seconds,
    )


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def failure(media: MediaClient, url: str, folder: Path) -> MediaFailure:
    """Fetch in vain; whatever went wrong, nothing may be left on disk."""
    async with media:
        with pytest.raises(MediaFailure) as caught:
            await media.fetch(url, folder / "a.mp4")
    assert left_in(folder) == []
    return caught.value


class Recorder(httpx.AsyncBaseTransport):
    """Notes where a request would go, and answers it."""

    def __init__(self, *answers: httpx.Response | httpx.TransportError) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, httpx.TransportError):
            raise answer
        return answer


async def test_streams_a_file_to_disk(tmp_path: Path) -> None:
    sizes: list[int] = []
    async with listen(a=reply(BODY, content_type="Video/MP4; x=y")) as host, client(host) as media:
        fetched = await media.fetch(f"{host.url}/a", tmp_path / "a.mp4", on_size=sizes.append)

    assert fetched.path.read_bytes() == BODY
    assert (fetched.size, fetched.content_type) == (len(BODY), "video/mp4")
    assert fetched.final_url == f"{host.url}/a"
    assert sizes == [len(BODY)]
    assert stat.S_IMODE(fetched.path.stat().st_mode) == 0o600


async def test_replaces_what_an_earlier_attempt_left(tmp_path: Path) -> None:
    target = tmp_path / "a.mp4"
    target.write_bytes(b"half")
    async with listen(a=reply(b"whole")) as host, client(host) as media:
        await media.fetch(f"{host.url}/a", target)

    assert target.read_bytes() == b"whole"
    assert left_in(tmp_path) == [target]


async def test_connects_to_the_checked_address_and_asks_for_the_name(tmp_path: Path) -> None:
    wire = Recorder(httpx.Response(200, stream=httpx.ByteStream(b"x")))
    media = client(resolver=Told(video_test=[["8.8.8.8"]]), transport=wire)

    await media.fetch("https://video.test:8443/a?q=1", tmp_path / "a.mp4")

    (request,) = wire.requests
    assert str(request.url) == "https://8.8.8.8:8443/a?q=1"
    assert request.headers["Host"] == "video.test:8443"
    assert request.extensions["sni_hostname"] == "video.test"


async def test_a_name_that_changes_its_answer_is_not_asked_again(tmp_path: Path) -> None:
    wire = Recorder(httpx.Response(200, stream=httpx.ByteStream(b"x")))
    resolver = Told(rebind_test=[["8.8.8.8"], ["127.0.0.1"]])

    await client(resolver=resolver, transport=wire).fetch("http://rebind.test/", tmp_path / "a.mp4")

    assert resolver.asked == ["rebind.test"]
    assert [request.url.host for request in wire.requests] == ["8.8.8.8"]


async def test_a_redirect_asks_again_and_is_denied_when_the_answer_changed(tmp_path: Path) -> None:
    wire = Recorder(httpx.Response(302, headers={"Location": "/b"}))
    resolver = Told(rebind_test=[["8.8.8.8"], ["127.0.0.1"]])

    failed = await failure(
        client(resolver=resolver, transport=wire), "http://rebind.test/", tmp_path
    )

    assert failed.code == "media-address"
    assert len(wire.requests) == 1


async def test_tries_the_next_address_when_one_does_not_answer(tmp_path: Path) -> None:
    wire = Recorder(
        httpx.ConnectError("no route"), httpx.Response(200, stream=httpx.ByteStream(b"x"))
    )
    resolver = Told(video_test=[["2606:4700:4700::1111", "8.8.8.8"]])

    await client(resolver=resolver, transport=wire).fetch("http://video.test/", tmp_path / "a.mp4")

    assert [request.url.host for request in wire.requests] == ["2606:4700:4700::1111", "8.8.8.8"]


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "http://localhost.test/",
        "//127.0.0.1/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://user:word@8.8.8.8/",
    ],
)
async def test_a_redirect_is_checked_like_the_first_link(tmp_path: Path, place: str) -> None:
    resolver = Told(localhost_test=[["127.0.0.1"]])
    async with listen(a=reply(status=302, location=place)) as host:
        failed = await failure(client(host, resolver=resolver), f"{host.url}/a", tmp_path)

    assert failed.code == "media-address"


async def test_another_port_of_this_machine_is_not_the_relay(tmp_path: Path) -> None:
    async with listen(secret=reply(b"x")) as inner, listen() as host:
        host.answers["/a"] = reply(status=307, location=f"{inner.url}/secret")
        failed = await failure(client(host), f"{host.url}/a", tmp_path)

    assert failed.code == "media-address"
    assert inner.heard == []


async def test_follows_three_redirects(tmp_path: Path) -> None:
    hops = {f"r{n}": reply(status=302, location=f"/r{n + 1}") for n in range(3)}
    async with listen(None, **hops, r3=reply(b"video")) as host, client(host) as media:
        fetched = await media.fetch(f"{host.url}/r0", tmp_path / "a.mp4")

    assert fetched.final_url == f"{host.url}/r3"


async def test_does_not_follow_a_fourth(tmp_path: Path) -> None:
    async with listen(loop=reply(status=302, location="/loop")) as host:
        failed = await failure(client(host), f"{host.url}/loop", tmp_path)

    assert (failed.code, len(host.heard)) == ("media-redirects", 4)


async def test_the_key_stays_with_the_origin_it_was_given_for(tmp_path: Path) -> None:
    key = {"Authorization": "Bearer canary", "X-Api-Key": "canary"}
    async with listen() as relay, listen() as cdn, client(relay, cdn) as media:
        relay.answers["/a"] = reply(status=302, location="/b")
        relay.answers["/b"] = reply(status=302, location=f"{cdn.url}/c", set_cookie="s=canary")
        cdn.answers["/c"] = reply(status=302, location=f"{relay.url}/d")
        relay.answers["/d"] = reply(b"video")
        await media.fetch(f"{relay.url}/a", tmp_path / "a.mp4", headers=key)

    assert [head.count("canary") for head in relay.heard] == [2, 2, 0]
    assert "canary" not in "".join(cdn.heard)


@pytest.mark.parametrize("status", [204 + 200, 403, 410, 500, 304])
async def test_tells_the_status_of_a_refusal(tmp_path: Path, status: int) -> None:
    async with listen(a=reply(status=status)) as host:
        failed = await failure(client(host), f"{host.url}/a", tmp_path)

    assert (failed.code, failed.params) == ("media-status", {"status": status})


async def test_a_file_that_says_it_is_too_large_is_not_read(tmp_path: Path) -> None:
    sizes: list[int] = []
    async with listen(a=reply(content_length="1000001")) as host, client(host) as media:
        with pytest.raises(MediaFailure, match="media-too-large") as caught:
            await media.fetch(f"{host.url}/a", tmp_path / "a.mp4", on_size=sizes.append)

    assert caught.value.params == {"limit": 1_000_000}
    assert sizes == []


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


async def test_a_file_that_does_not_end_is_cut_off(tmp_path: Path) -> None:
    async with listen(a=_endless) as host:
        failed = await failure(client(host), f"{host.url}/a", tmp_path)

    assert failed.code == "media-too-large"


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("GZip", gzip.compress), ("deflate", zlib.compress)],
)
async def test_a_compressed_bomb_is_counted_as_it_unfolds(
    tmp_path: Path, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    bomb = pack(bytes(50_000_000))
    async with listen(a=reply(bomb, content_encoding=coding)) as host:
        failed = await failure(client(host), f"{host.url}/a", tmp_path)

    assert len(bomb) < 1_000_000
    assert failed.code == "media-too-large"


async def test_unpacks_what_a_server_packed_unasked(tmp_path: Path) -> None:
    plain = BODY + bytes(200_000)
    packed = reply(gzip.compress(plain), content_encoding="gzip")
    async with listen(a=packed) as host, client(host) as media:
        fetched = await media.fetch(f"{host.url}/a", tmp_path / "a.mp4")

    assert fetched.path.read_bytes() == plain


async def test_a_broken_packing_is_no_file(tmp_path: Path) -> None:
    async with listen(a=reply(b"not gzip", content_encoding="gzip")) as host:
        failed = await failure(client(host), f"{host.url}/a", tmp_path)

    assert failed.code == "media-unreachable"


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n")
    await _drip_on(writer)


async def _drip_on(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def _crawl(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    await _drip_on(writer)


async def _mute(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("answer", [_drip, _crawl, _mute], ids=["drip", "crawl", "mute"])
async def test_a_server_that_holds_us_is_left(
    tmp_path: Path, answer: Callable[[asyncio.StreamWriter], asyncio.Future[None]]
) -> None:
    async with listen(a=answer) as host:
        failed = await failure(client(host, timeout_seconds=0.3), f"{host.url}/a", tmp_path)

    assert failed.code == "media-timeout"


@pytest.mark.parametrize(
    "answer",
    [b"", b"nonsense\r\n\r\n", reply(b"half", content_length="900")],
    ids=["nothing", "no HTTP", "half a body"],
)
async def test_a_broken_answer_is_no_file(tmp_path: Path, answer: bytes) -> None:
    async with listen(a=answer) as host:
        failed = await failure(client(host), f"{host.url}/a", tmp_path)

    assert failed.code == "media-unreachable"


async def test_a_closed_port_is_unreachable(tmp_path: Path) -> None:
    async with listen() as host:
        pass

    assert (await failure(client(host), f"{host.url}/a", tmp_path)).code == "media-unreachable"


async def test_a_cancelled_fetch_leaves_nothing(tmp_path: Path) -> None:
    started = asyncio.Event()
    async with listen(a=_drip) as host, client(host) as media:
        fetching = asyncio.create_task(
            media.fetch(f"{host.url}/a", tmp_path / "a.mp4", on_size=lambda _: started.set())
        )
        await started.wait()
        fetching.cancel()
        await asyncio.wait([fetching])

    assert fetching.cancelled()
    assert left_in(tmp_path) == []


async def test_proxies_of_the_environment_are_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with listen(a=reply(b"video")) as host, client(host) as media:
        fetched = await media.fetch(f"{host.url}/a", tmp_path / "a.mp4")
        async with relay_http(silence_seconds=5) as relays:
            answer = await relays.get(f"{host.url}/a")

    assert (fetched.size, answer.text) == (5, "video")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for video.test and its key, in one file."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=video.test"
    names = ["-addext", "subjectAltName=DNS:video.test"]
    files = ["-keyout", str(path), "-out", f"{path}.crt"]
    try:
        subprocess.run([*make.split(), *names, *files], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


def secure(certificate: Path) -> tuple[ssl.SSLContext, httpx.AsyncHTTPTransport]:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    return server, httpx.AsyncHTTPTransport(verify=trusting, trust_env=False)


@pytest.mark.parametrize(
    ("name", "code"), [("video.test", None), ("other.test", "media-unreachable")]
)
async def test_the_certificate_must_be_that_of_the_name(
    tmp_path: Path, certificate: Path, name: str, code: str | None
) -> None:
    server, transport = secure(certificate)
    resolver = Told(video_test=[["127.0.0.1"]], other_test=[["127.0.0.1"]])
    async with listen(server, a=reply(b"video")) as host:
        host.url = host.url.replace("127.0.0.1", name)
        async with client(host, resolver=resolver, transport=transport) as media:
            try:
                got: object = (await media.fetch(f"{host.url}/a", tmp_path / "a.mp4")).size
            except MediaFailure as failed:
                got = failed.code

    assert got == (code or 5)


async def test_an_opened_answer_may_be_a_refusal() -> None:
    async with (
        listen(a=reply(b"not yet", status=400)) as host,
        client(host) as media,
        media.opened(f"{host.url}/a") as response,
    ):
        body = await response.aread()

    assert (response.status_code, body) == (400, b"not yet")


async def test_a_header_that_is_passed_takes_the_place_of_our_own() -> None:
    async with listen(a=reply()) as host:
        headers = {"user-agent": "Relay/1", "host": "elsewhere.example"}
        async with client(host) as media, media.opened(f"{host.url}/a", headers=headers):
            pass

    head = host.heard[0].lower()
    assert (head.count("user-agent:"), head.count("host:")) == (1, 1)
    assert "relay/1" in head
    assert "elsewhere" not in head


async def test_an_opened_answer_is_guarded_like_a_file() -> None:
    redirect = reply(status=302, location="http://127.0.0.1:1/x")
    async with listen(a=redirect) as host, client(host) as media:
        with pytest.raises(MediaFailure, match="media-address"):
            async with media.opened(f"{host.url}/a"):
                pass
