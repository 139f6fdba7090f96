"""Fetch a file from a link that nobody here chose: checked addresses, few redirects, hard caps."""

import asyncio
import os
import tempfile
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Self

import httpx

from bot.domain.errors import MediaFailure
from bot.net.addresses import Guard, Resolver, SystemResolver, link, origin
from bot.net.relays import CONNECT_SECONDS, trust

MAX_REDIRECTS = 3
_ADDRESSES = 4
"""How many addresses of one name are tried."""
_PIECE = 1 << 16
"""Bytes that are in memory at a time."""
_LARGE_PIECE = 1 << 18
"""The same of a large file, each piece of which goes to a thread."""
_AT_ONCE = 8 << 20
"""Bytes of a file that are written without a thread: the kernel takes a piece in 20 µs, and a trip
to a thread costs five times as much. More might fill its buffers, and then it lets writers wait."""
_SILENCE_SECONDS = 30.0
_HEADERS = {
    "User-Agent": "Clapper",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file that lies on disk now."""

    path: Path
    size: int
    """Bytes."""
    content_type: str
    """What the server called it, without parameters, in lower case; may be empty."""
    final_url: str
    """Where the redirects ended."""


class MediaClient:
    """Fetches links of relays; each client is closed by whoever made it.

    It works on httpx's transport rather than on a client of httpx: no cookies, no proxies or
    passwords from the environment, and no URLs in the log.
    """

    def __init__(
        self,
        *,
        allowed_origins: Collection[str],
        max_bytes: int,
        timeout_seconds: float,
        resolver: Resolver | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Take the origins that may be private, and the caps of every fetch.

        `max_bytes` counts decoded bytes; `timeout_seconds` runs from the name to the last byte.
        """
        self._guard = Guard(allowed_origins, resolver or SystemResolver())
        self._max_bytes = max_bytes
        self._seconds = timeout_seconds
        self._transport = transport

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close what is still open."""
        if self._transport is not None:
            await self._transport.aclose()

    async def fetch(
        self,
        url: str,
        target: Path,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        on_size: Callable[[int], None] | None = None,
    ) -> Fetched:
        """Stream what is behind `url` to `target`, which appears only when it is whole.

        `headers` (a key) are sent to the origin of `url` and nowhere else. `on_size` hears the
        number of bytes as soon as the server names it.

        Raises:
            MediaFailure: `media-address`, `media-redirects`, `media-status` (status),
                `media-too-large` (limit in bytes), `media-timeout` (seconds), `media-unreachable`.
        """
        try:
            async with asyncio.timeout(self._seconds), self._opened(url, headers) as answer:
                response, final = answer
                size = await self._save(_successful(response), target, on_size)
        except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout) as late:
            raise MediaFailure("media-timeout", seconds=round(self._seconds)) from late
        except (httpx.TransportError, zlib.error) as error:
            raise MediaFailure("media-unreachable") from error
        return Fetched(
            path=target, size=size, content_type=_content_type(response), final_url=str(final)
        )

    @asynccontextmanager
    async def opened(
        self, url: str, *, headers: Mapping[str, str] = MappingProxyType({})
    ) -> AsyncIterator[httpx.Response]:
        """The answer behind `url`, whatever its status, for a caller with limits of their own.

        The caller counts bytes and seconds; addresses, redirects and `headers` are guarded as for
        a file.

        Raises:
            MediaFailure: `media-address`, `media-redirects`, `media-unreachable`.
            httpx.TransportError: the connection broke, or was silent for too long.
        """
        async with self._opened(url, headers) as (response, _):
            yield response

    @asynccontextmanager
    async def _opened(
        self, url: str, headers: Mapping[str, str]
    ) -> AsyncIterator[tuple[httpx.Response, httpx.URL]]:
        here = link(url)
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._get(here, headers)
            async with aclosing(response):
                if not response.has_redirect_location:
                    yield response, here
                    return
                there = link(response.headers["Location"], base=here)
            headers = headers if origin(there) == origin(here) else {}
            here = there
        raise MediaFailure("media-redirects", limit=MAX_REDIRECTS)

    async def _get(self, url: httpx.URL, headers: Mapping[str, str]) -> httpx.Response:
        addresses = await self._guard.addresses(url)
        transport = self._transport = self._transport or _transport()
        failure: httpx.TransportError | None = None
        for address in addresses[:_ADDRESSES]:
            try:
                return await transport.handle_async_request(_request(url, address, headers))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise MediaFailure("media-unreachable") from failure

    async def _save(
        self, response: httpx.Response, target: Path, on_size: Callable[[int], None] | None
    ) -> int:
        self._look_at_length(response, on_size)
        size, large = 0, _length(response) > _AT_ONCE
        with _appearing_whole(target) as file:
            async with aclosing(_decoded(response, _LARGE_PIECE if large else None)) as pieces:
                async for piece in pieces:
                    size += len(piece)
                    self._check(size)
                    if large or size > _AT_ONCE:
                        await asyncio.to_thread(file.write, piece)
                    else:
                        file.write(piece)
        return size

    def _look_at_length(
        self, response: httpx.Response, on_size: Callable[[int], None] | None
    ) -> None:
        if "Content-Encoding" in response.headers or not (length := _length(response)):
            return
        self._check(length)
        if on_size is not None:
            on_size(length)

    def _check(self, size: int) -> None:
        if size > self._max_bytes:
            raise MediaFailure("media-too-large", limit=self._max_bytes)


def _transport() -> httpx.AsyncHTTPTransport:
    # Connections are kept for nobody: they are known by address here, and one that was opened for
    # the certificate of one name must not serve another name at the same address.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    return httpx.AsyncHTTPTransport(verify=trust(), trust_env=False, limits=limits)


def _request(url: httpx.URL, address: str, headers: Mapping[str, str]) -> httpx.Request:
    """A request that goes to the checked address and still asks, and trusts, the name alone."""
    timeout = httpx.Timeout(_SILENCE_SECONDS, connect=CONNECT_SECONDS)
    fields = httpx.Headers(_HEADERS)
    fields.update(headers)
    fields["Host"] = url.netloc.decode("ascii")
    return httpx.Request(
        "GET",
        url.copy_with(host=address),
        headers=fields,
        extensions={"sni_hostname": url.raw_host.decode("ascii"), "timeout": timeout.as_dict()},
    )


def _successful(response: httpx.Response) -> httpx.Response:
    if not response.is_success:
        raise MediaFailure("media-status", status=response.status_code)
    return response


def _content_type(response: httpx.Response) -> str:
    kind: str = response.headers.get("Content-Type", "")
    return kind.partition(";")[0].strip().lower()


def _length(response: httpx.Response) -> int:
    """Bytes that are to come; 0 when that is not said."""
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else 0


async def _decoded(response: httpx.Response, size: int | None) -> AsyncGenerator[bytes, None]:
    """The body in small pieces; httpx would blow a compressed piece up a thousandfold at once."""
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding in {"gzip", "deflate"} else None
    async for piece in response.aiter_raw(size):
        if inflate is None:
            yield piece
            continue
        for part in _inflated(inflate, piece):
            yield part


def _inflated(inflate: "zlib._Decompress", piece: bytes) -> Iterator[bytes]:
    while piece and not inflate.eof:
        yield inflate.decompress(piece, _PIECE)
        piece = inflate.unconsumed_tail


@contextmanager
def _appearing_whole(target: Path) -> Iterator[BinaryIO]:
    """A file that bears the name `target` only once it is complete, and is gone otherwise."""
    number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem}-", suffix=".part")
    partial = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            yield file
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
