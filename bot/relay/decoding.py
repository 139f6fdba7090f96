"""The bytes of an answer, decompressed in pieces of bounded size."""

import zlib
from collections.abc import AsyncGenerator, Iterator

import httpx

_PIECE = 1 << 16
"""Bytes that one decompressed piece has at most: httpx would inflate a thousandfold at once."""


async def decoded(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The body as it arrives, whatever coding the relay chose although none was asked for.

    Raises:
        httpx.HTTPError: the connection broke, was silent for too long, or the coding is unknown.
    """
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise httpx.DecodingError(f"unknown content coding {coding[:20]}")
    inflate = None if coding in ("", "identity") else zlib.decompressobj(zlib.MAX_WBITS | 32)
    async for piece in response.aiter_raw():
        if inflate is None:
            yield piece
            continue
        for part in _inflated(inflate, piece):
            yield part


def _inflated(inflate: "zlib._Decompress", piece: bytes) -> Iterator[bytes]:
    try:
        while piece and not inflate.eof:
            yield inflate.decompress(piece, _PIECE)
            piece = inflate.unconsumed_tail
    except zlib.error as error:
        raise httpx.DecodingError("broken compression") from error
