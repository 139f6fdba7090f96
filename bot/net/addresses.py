"""Which addresses a link may lead to: public ones, or any of an origin that the operator named."""

import asyncio
import re
import socket
from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Protocol, TypeAlias

import httpx

from bot.domain.errors import MediaFailure

Address: TypeAlias = IPv4Address | IPv6Address

_PORTS = {"http": 80, "https": 443}
_NAT64 = ip_network("64:ff9b::/96")
_DENIED = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers; some clouds keep their metadata here
        "168.63.129.16/32",  # Azure's host, public by number
        "192.0.0.0/24",  # 192.0.0.192 is Oracle's metadata
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
"""Beyond `is_global`, whose table differs between releases of Python."""

_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)\.?$")
_MAX_PORT = 65535


class Resolver(Protocol):
    """Turns a name into addresses."""

    async def resolve(self, host: str) -> Sequence[str]:
        """All addresses of `host`, best first.

        Raises:
            OSError: the name cannot be resolved.
        """


class SystemResolver:
    """The resolver of the platform."""

    async def resolve(self, host: str) -> Sequence[str]:
        """All addresses of `host`, in the order the platform prefers."""
        loop = asyncio.get_running_loop()
        answers = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def is_public(address: Address) -> bool:
    """Whether `address`, and every address wrapped in it, belongs to the public internet."""
    wrapped = _wrapped(address)
    if wrapped:
        return all(is_public(inner) for inner in wrapped)
    if isinstance(address, IPv6Address) and address.scope_id:
        return False
    special = address.is_multicast or address.is_reserved or not address.is_global
    return not special and not any(address in network for network in _DENIED)


def _wrapped(address: Address) -> tuple[IPv4Address, ...]:
    if isinstance(address, IPv4Address):
        return ()
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address.sixtofour:
        return (address.sixtofour,)
    if address in _NAT64:
        return (IPv4Address(address.packed[-4:]),)
    return address.teredo or ()


def link(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """A URL as it was written, relative to `base` if there is one.

    Raises:
        MediaFailure: `media-address` when it is none, is not http(s), or holds a password.
    """
    try:
        url = base.join(text) if base is not None else httpx.URL(text)
        host = url.host
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise MediaFailure("media-address") from error
    plain = url.scheme in _PORTS and host and not url.userinfo
    if not plain or (url.port or 0) > _MAX_PORT:
        raise MediaFailure("media-address")
    return url


def origin(url: httpx.URL) -> tuple[str, str, int]:
    """Scheme, host and port: what a key or an exception is bound to."""
    return url.scheme, _host(url), url.port or _PORTS.get(url.scheme, 0)


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


class Guard:
    """Decides where a link may lead."""

    def __init__(self, allowed_origins: Collection[str], resolver: Resolver) -> None:
        self._allowed = frozenset(origin(httpx.URL(allowed)) for allowed in allowed_origins)
        self._resolver = resolver

    async def addresses(self, url: httpx.URL) -> list[str]:
        """Where to connect for `url`, in order; its name is resolved exactly once.

        Raises:
            MediaFailure: `media-address` when one of them is not public and the origin was not
                named by the operator; `media-unreachable` when there are none.
        """
        found = await self._find(_host(url))
        if origin(url) not in self._allowed and not all(map(is_public, found)):
            raise MediaFailure("media-address")
        return [str(address) for address in found]

    async def _find(self, host: str) -> list[Address]:
        literal = _literal(host)
        if literal is not None:
            return [literal]
        if _NUMBER.search(host):  # 2130706433, 0x7f.1: resolvers disagree about what they mean
            raise MediaFailure("media-address")
        try:
            found = [ip_address(answer) for answer in await self._resolver.resolve(host)]
        except (OSError, ValueError) as error:
            raise MediaFailure("media-unreachable") from error
        if not found:
            raise MediaFailure("media-unreachable")
        return found


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
