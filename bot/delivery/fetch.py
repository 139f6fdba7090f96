"""Fetch a job's video to disk, under a name of our own."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import httpx

from bot.domain.errors import MediaFailure
from bot.domain.jobs import video_name
from bot.net import MediaClient, link, origin

ATTEMPTS = 3
_PASSING = frozenset({404, 408, 425, 429, 500, 502, 503, 504})
"""404 too: links are printed before every server of a CDN knows the file."""


class VideoFetcher:
    """Fetches into one folder that nobody else may read.

    `keys` are the headers that each relay wants, by its base URL; a link on another origin is
    asked for without any.
    """

    def __init__(
        self,
        media: MediaClient,
        folder: Path,
        *,
        keys: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    ) -> None:
        self._media = media
        self._folder = folder
        self._keys = {origin(httpx.URL(base)): headers for base, headers in keys.items()}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)

    async def fetch(
        self,
        job_id: str,
        url: str,
        *,
        number: int = 1,
        on_size: Callable[[int], None] | None = None,
    ) -> Path:
        """Fetch the job's video as `video-<job>.mp4`, further ones as `video-<job>-2.mp4`.

        What may pass is tried three times: asking for a file again is harmless, and it was paid.

        Raises:
            MediaFailure: whatever `MediaClient.fetch` says in the end.
        """
        import stamina  # noqa: PLC0415 - see `load_what_jobs_need`

        target = self._folder / video_name(job_id, number)
        headers = self._keys.get(origin(link(url)), {})
        async for attempt in stamina.retry_context(on=_may_pass, attempts=ATTEMPTS, timeout=None):
            with attempt:
                await self._media.fetch(url, target, headers=headers, on_size=on_size)
        return target

    def kept(self, job_id: str, number: int = 1) -> Path | None:
        """The file of an earlier fetch, whole as every file here; `None` when there is none."""
        target = self._folder / video_name(job_id, number)
        return target if target.is_file() else None


def _may_pass(error: Exception) -> bool:
    if not isinstance(error, MediaFailure):
        return False
    passing = error.code in {"media-unreachable", "media-timeout"}
    return passing or error.params.get("status") in _PASSING
