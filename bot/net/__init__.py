"""The guarded HTTP below relay and delivery: addresses, redirects, caps and timeouts."""

from bot.net.addresses import Resolver, SystemResolver, is_public, link, origin
from bot.net.media import Fetched, MediaClient
from bot.net.relays import relay_http, trust

__all__ = [
    "Fetched",
    "MediaClient",
    "Resolver",
    "SystemResolver",
    "is_public",
    "link",
    "origin",
    "relay_http",
    "trust",
]
