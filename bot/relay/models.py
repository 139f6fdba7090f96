"""Ask a relay which models it offers: the one question that costs nothing and tries the key."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import httpx

from bot.relay.base_url import normalise_base_url

ANSWER_SECONDS = 20.0
_MAX_BYTES = 4 << 20
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int | None = None
    """HTTP's; `None` when the relay could not be reached."""
    models: frozenset[str] | None = None
    """The names; `None` when the answer is no list of models."""
    date: str | None = None
    """The relay's clock, as its header has it."""


async def ask_for_models(
    http: httpx.AsyncClient,
    *,
    base_url: str,
    api_key: str,
    headers: Mapping[str, str] = _NO_HEADERS,
) -> Answer:
    """`GET …/models` with the key; never raises for what the network or the relay do."""
    url = f"{normalise_base_url(base_url)}/models"
    request_headers = {"Authorization": f"Bearer {api_key}", **headers}
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            http.stream("GET", url, headers=request_headers) as response,
        ):
            body = await _read(response)
    except (httpx.HTTPError, TimeoutError):
        return Answer()
    listed = _names(body) if response.is_success else None
    return Answer(status=response.status_code, models=listed, date=response.headers.get("Date"))


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > _MAX_BYTES:
            break
    return bytes(body)


def _names(body: bytes) -> frozenset[str] | None:
    try:
        listed = json.loads(body)["data"]
        return frozenset(str(entry["id"]) for entry in listed)
    except (ValueError, KeyError, TypeError):
        return None
