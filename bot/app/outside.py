"""The clients for what lies outside: one for each relay, and one for links."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from bot.delivery import VideoFetcher
from bot.net import MediaClient, relay_http, trust
from bot.relay import normalise_base_url
from bot.settings import Relay, Settings
from bot.text import Texts

if TYPE_CHECKING:
    from bot.relay import RelayClient

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


class Relays(Mapping[str, "RelayClient"]):
    """A client for each relay by its name, made when it is first asked for.

    `stack` closes them.
    """

    def __init__(self, settings: Settings, media: MediaClient, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._relays = settings.relays
        self._media = media
        self._stack = stack
        self._made: dict[str, RelayClient] = {}

    def __getitem__(self, name: str) -> "RelayClient":
        if name not in self._made:
            self._made[name] = self._client(self._relays[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._relays)

    def __len__(self) -> int:
        return len(self._relays)

    def _client(self, relay: Relay) -> "RelayClient":
        from bot.relay import RelayClient  # noqa: PLC0415 - see `load_what_jobs_need`

        silence = self._settings.relay_silence_seconds
        http = relay_http(silence_seconds=silence)
        self._stack.push_async_callback(http.aclose)
        return RelayClient(
            base_url=relay.base_url,
            api_key=relay.api_key.get_secret_value(),
            http=http,
            media=self._media,
            headers=relay.headers,
            silence_seconds=silence,
            poll_seconds=self._settings.relay_poll_seconds,
        )


@asynccontextmanager
async def relay_clients(settings: Settings, media: MediaClient) -> AsyncIterator[Relays]:
    """The clients of all relays."""
    async with AsyncExitStack() as stack:
        yield Relays(settings, media, stack)


_FOR_JOBS = (
    *("stamina", "bot.relay.client", "prometheus_client"),
    *("httpcore", "anyio._backends._asyncio"),  # which a first request would load in the loop
)


def load_what_jobs_need() -> None:
    """Load what the first job needs and a start does not; blocks for a fifth of a second.

    In the order in which it is needed.
    """
    Texts().say("size", size=1)  # Fluent, and its data of a locale
    for name in _FOR_JOBS:
        import_module(name)
    trust()
