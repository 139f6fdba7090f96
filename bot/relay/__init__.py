"""Relays: the form of a request, the client that sends it, and the reader of what comes back."""

from bot.relay.base_url import normalise_base_url
from bot.relay.client import RelayClient
from bot.relay.reading.reader import Reader
from bot.relay.request import OutgoingImage, request_body

__all__ = ["OutgoingImage", "Reader", "RelayClient", "normalise_base_url", "request_body"]
