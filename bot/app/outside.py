"""The clients for what lies outside: one for each relay, and one for links."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.delivery import VideoFetcher
from bot.net import MediaClient, relay_http
from bot.relay import RelayClient, normalise_base_url
from bot.settings import Relay, Settings

MEDIA_SECONDS = 600.0
"""For the whole download of one video."""


@asynccontextmanager
async def media_client(settings: Settings) -> AsyncIterator[MediaClient]:
    """Fetches from public addresses, and from the relays' own origins and MEDIA_ORIGINS."""
    relays = (normalise_base_url(relay.base_url) for relay in settings.relays.values())
    async with MediaClient(
        allowed_origins={*relays, *settings.media_origins},
        max_bytes=settings.max_video_bytes,
        timeout_seconds=MEDIA_SECONDS,
    ) as media:
        yield media


def video_fetcher(settings: Settings, media: MediaClient) -> VideoFetcher:
    """Fetches videos, a relay's own files with the headers that this relay wants to see."""
    keys = {
        normalise_base_url(relay.base_url): {
            "Authorization": f"Bearer {relay.api_key.get_secret_value()}",
            **relay.headers,
        }
        for relay in settings.relays.values()
    }
    return VideoFetcher(media, settings.videos_dir, keys=keys)


@asynccontextmanager
async def relay_clients(
    settings: Settings, media: MediaClient
) -> AsyncIterator[dict[str, RelayClient]]:
    """A client for each relay, by its name."""
    async with AsyncExitStack() as stack:
        yield {
            name: await _relay_client(stack, relay, settings, media)
            for name, relay in settings.relays.items()
        }


async def _relay_client(
    stack: AsyncExitStack, relay: Relay, settings: Settings, media: MediaClient
) -> RelayClient:
    silence = settings.relay_silence_seconds
    return RelayClient(
        base_url=relay.base_url,
        api_key=relay.api_key.get_secret_value(),
        http=await stack.enter_async_context(relay_http(silence_seconds=silence)),
        media=media,
        headers=relay.headers,
        silence_seconds=silence,
        poll_seconds=settings.relay_poll_seconds,
    )
