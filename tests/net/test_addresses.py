"""Where a link may lead."""

from ipaddress import ip_address

import httpx
import pytest

from bot.domain.errors import MediaFailure
from bot.net.addresses import Guard, SystemResolver, is_public, link
from tests.net.loopback import Told

NOT_PUBLIC = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:100.64.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "2002:7f00:1::1",
    "2001:0:4136:e378:8000:63bf:5601:5601",  # Teredo: the client is 169.254.169.254
    "2001:0:a9fe:a9fe::f7f7:f7f7",  # Teredo: the server is
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%1",
    "fec0::1",
    "ff02::1",
    "100::1",
    "3fff::1",
    "5f00::1",
]

PUBLIC = [
    "8.8.8.8",
    "93.184.215.14",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]

NUMBERS = [
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.1/",
    "http://127.0.0.1./",
    "http://0/",
    "http://2852039166/latest/meta-data",
    "http://0xA9FEA9FE/",
    "http://１２７.0.0.1/",
]

NO_LINKS = [
    "",
    "video.mp4",
    "//video.test/a.mp4",
    "ftp://video.test/a.mp4",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "http://",
    "http:///a.mp4",
    "http://user@video.test/",
    "http://user:word@video.test/",
    "http://video.test\\@127.0.0.1/",
    "http://xn--a/",
    "http://video.test:99999/",
    "http://video.test:port/",
    "http://[::1/",
    "http://a" + "b" * 70_000,
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_denies_what_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_admits_what_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
async def test_a_name_that_leads_there_is_denied(address: str) -> None:
    guard = Guard([], Told(video_test=[[address]]))

    with pytest.raises(MediaFailure, match="media-address"):
        await guard.addresses(link("https://video.test/a.mp4"))


@pytest.mark.parametrize("address", [a for a in NOT_PUBLIC if "%" not in a])
async def test_an_address_written_in_the_link_is_denied(address: str) -> None:
    written = f"[{address}]" if ":" in address else address

    with pytest.raises(MediaFailure, match="media-address"):
        await Guard([], Told()).addresses(link(f"http://{written}/a.mp4"))


@pytest.mark.parametrize("url", NUMBERS)
async def test_numbers_that_resolvers_read_as_addresses_are_denied_unasked(url: str) -> None:
    resolver = Told()

    with pytest.raises(MediaFailure, match="media-address"):
        await Guard([], resolver).addresses(link(url))

    assert resolver.asked == []


@pytest.mark.parametrize("url", NO_LINKS)
def test_only_plain_web_links_are_links(url: str) -> None:
    with pytest.raises(MediaFailure, match="media-address"):
        link(url)


async def test_every_answer_must_be_public() -> None:
    guard = Guard([], Told(video_test=[["8.8.8.8", "127.0.0.1"]]))

    with pytest.raises(MediaFailure, match="media-address"):
        await guard.addresses(link("https://video.test/"))


async def test_public_answers_are_given_in_order() -> None:
    guard = Guard([], Told(video_test=[["2606:4700:4700::1111", "8.8.8.8"]]))

    addresses = await guard.addresses(link("https://video.test/"))

    assert addresses == ["2606:4700:4700::1111", "8.8.8.8"]


async def test_a_name_that_ends_in_a_digit_is_a_name() -> None:
    guard = Guard([], Told(relay1=[["8.8.8.8"]]))

    assert await guard.addresses(link("http://relay1/")) == ["8.8.8.8"]


@pytest.mark.parametrize(
    "url",
    ["http://relay.lan:3000/x", "http://RELAY.lan:3000", "https://media.lan/", "http://10.0.0.9/"],
)
async def test_an_origin_that_the_operator_named_may_be_private(url: str) -> None:
    allowed = ["http://relay.lan:3000/v1", "https://media.lan:443", "http://10.0.0.9"]
    guard = Guard(allowed, Told(relay_lan=[["192.168.1.5"]], media_lan=[["127.0.0.1"]]))

    assert len(await guard.addresses(link(url))) == 1


@pytest.mark.parametrize("url", ["http://relay.lan/", "https://relay.lan:3000/"])
async def test_another_port_or_scheme_is_another_origin(url: str) -> None:
    guard = Guard(["http://relay.lan:3000"], Told(relay_lan=[["192.168.1.5"]]))

    with pytest.raises(MediaFailure, match="media-address"):
        await guard.addresses(link(url))


async def test_a_name_without_addresses_is_unreachable() -> None:
    guard = Guard([], Told(empty_test=[[]]))

    for name in ("empty.test", "missing.test"):
        with pytest.raises(MediaFailure, match="media-unreachable"):
            await guard.addresses(link(f"http://{name}/"))


async def test_the_platform_knows_the_loopback_name() -> None:
    assert set(await SystemResolver().resolve("localhost")) & {"127.0.0.1", "::1"}


def test_a_relative_link_is_read_from_its_base() -> None:
    assert link("/b.mp4", base=httpx.URL("http://video.test/a/")) == "http://video.test/b.mp4"
