"""The HTTP client for relays: streams may be silent for long, and none waits for another."""

import ssl

import httpx

CONNECT_SECONDS = 10.0
SEND_SECONDS = 60.0
"""For each write: a request may carry several megabytes of picture."""


def relay_http(*, silence_seconds: float, connections: int = 1000) -> httpx.AsyncClient:
    """A client for one relay, to be closed by whoever asked for it.

    Reads may be silent for `silence_seconds` and last as long as they like. httpx's own limit of
    100 connections would let the hundred-and-first stream fail. No connection is used twice: a POST
    that meets one just closed by the relay fails, and nobody could tell whether it had been read.
    """
    return httpx.AsyncClient(
        verify=trust(),
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(
            connect=CONNECT_SECONDS, read=silence_seconds, write=SEND_SECONDS, pool=CONNECT_SECONDS
        ),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=0),
    )


def trust() -> ssl.SSLContext:
    """Whom to believe: the public authorities, or the operator's own (`SSL_CERT_FILE`)."""
    return httpx.create_ssl_context(trust_env=True)
