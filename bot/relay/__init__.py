"""Relays: the form of a request, the client that sends it, and the reader of what comes back.

Client and reader are loaded when they are first named: their patterns take 60 ms to compile, and
a start needs neither.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from bot.relay.base_url import normalise_base_url
from bot.relay.request import OutgoingImage, request_body

if TYPE_CHECKING:
    from bot.relay.client import RelayClient
    from bot.relay.reading.reader import Reader

__all__ = ["OutgoingImage", "Reader", "RelayClient", "normalise_base_url", "request_body"]

_LATER = {"RelayClient": "bot.relay.client", "Reader": "bot.relay.reading.reader"}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
