"""The HTTP client for relays: streams may be silent for long, and none waits for another."""

import ssl
from functools import cache

import httpx

CONNECT_SECONDS = 10.0
SEND_SECONDS = 60.0
"""For each write: a request may carry several megabytes of picture."""


def relay_http(*, silence_seconds: float) -> httpx.AsyncClient:
    """A client for one relay, to be closed by whoever asked for it.

    Reads may be silent for `silence_seconds` and last as long as they like. There is no limit on
    connections: whoever sends requests decides how many run at once.
    """
    return httpx.AsyncClient(
        transport=OneEach(),
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(
            connect=CONNECT_SECONDS, read=silence_seconds, write=SEND_SECONDS, pool=CONNECT_SECONDS
        ),
    )


class OneEach(httpx.AsyncBaseTransport):
    """A connection for every request, gone with its answer.

    Using one twice would not do: a POST that meets a connection just closed by the relay fails, and
    nobody could tell whether it had been read. And a pool of connections that are not used again
    only costs: httpcore goes through all of them whenever one ends, which makes 1,000 streams late
    by half a second (`docs/performance.md`).
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        once = httpx.AsyncHTTPTransport(
            verify=trust(),
            trust_env=False,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
        )
        return await once.handle_async_request(request)  # closing the answer closes all of it


@cache
def trust() -> ssl.SSLContext:
    """Whom to believe: the public authorities, or the operator's own (`SSL_CERT_FILE`).

    Read once: each reading takes 20 ms and two thirds of a megabyte.
    """
    return httpx.create_ssl_context(trust_env=True)
