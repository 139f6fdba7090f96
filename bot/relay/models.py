"""The answer to `GET /models`: which names a relay offers."""

import json
from contextlib import aclosing

import httpx

from bot.domain.errors import FailureKind, RelayFailure
from bot.domain.events import Failed
from bot.relay.decoding import decoded
from bot.relay.reading.reader import Reader

_MAX_BYTES = 4 << 20
_MISSING = (404, 405, 501)


class MissingRoute(Exception):
    """The relay has no list of models."""


async def names_of_models(response: httpx.Response, reader: Reader) -> list[str]:
    """The ids in the body, in the relay's order, each once.

    Raises:
        MissingRoute: there is no such route.
        RelayFailure: the relay refused, or answered with something else than JSON.
    """
    if response.status_code in _MISSING:
        raise MissingRoute
    body = await _body(response)
    names = _names(body) if response.is_success else None
    if names is not None:
        return names
    for _ in reader.feed(body):
        pass
    outcome = reader.close()
    if isinstance(outcome, Failed) and outcome.kind is not FailureKind.NO_RESULT:
        raise RelayFailure(outcome.kind, outcome.reason)
    raise MissingRoute


async def _body(response: httpx.Response) -> bytes:
    body = bytearray()
    async with aclosing(decoded(response)) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > _MAX_BYTES:
                raise RelayFailure(FailureKind.UPSTREAM)
    return bytes(body)


def _names(body: bytes) -> list[str] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(answer, dict):
        answer = answer.get("data") or answer.get("models")
    if not isinstance(answer, list):
        return None
    names = (item if isinstance(item, str) else _name(item) for item in answer)
    return list(dict.fromkeys(name for name in names if name))


def _name(item: object) -> str:
    found = (item.get("id") or item.get("name")) if isinstance(item, dict) else ""
    return found if isinstance(found, str) else ""
