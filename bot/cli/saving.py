"""Bring finished videos to files: fetch, probe, and only then give them their names."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.delivery import VideoFetcher, probe
from bot.domain.errors import FailureKind, MediaFailure, Refusal
from bot.domain.views import Clip
from bot.net import MediaClient
from bot.settings import Relay

_SERVER_FAULT = 500


def target_for(out: Path | None) -> Path:
    """Where the first video goes; checked before a relay is paid.

    Raises:
        Refusal: `cli-out-folder` or `cli-out-file` when no file can be written there.
    """
    name = f"video-{secrets.token_hex(8)}.mp4"
    target = Path(name) if out is None else out / name if out.is_dir() else out
    if not target.parent.is_dir():
        raise Refusal("cli-out-folder", path=str(target.parent))
    if target.exists() and not target.is_file():
        raise Refusal("cli-out-file", path=str(target))  # a device or a pipe would be replaced
    return target


def numbered(target: Path, number: int) -> Path:
    """The name of a video: the second one gets `-2`, and so on."""
    return target if number == 1 else target.with_stem(f"{target.stem}-{number}")


class Saver:
    """Fetches the videos of one answer."""

    def __init__(self, media: MediaClient, relay: Relay) -> None:
        self._media = media
        self._relay = relay

    async def save(self, links: Sequence[str], target: Path) -> Clip:
        """A playable file at `target`, or nothing there; further `links` are copies of the first.

        Raises:
            MediaFailure: no link holds a video that can be had; what the first one was.
            OSError: the file cannot be written.
        """
        failures: list[MediaFailure] = []
        for url in links:
            try:
                return await self._save(url, target)
            except MediaFailure as failure:
                failures.append(failure)
        raise failures[0]

    async def _save(self, url: str, target: Path) -> Clip:
        with TemporaryDirectory(dir=target.parent, prefix=".clapper-") as folder:
            key = self._relay.api_key.get_secret_value()
            headers = {"Authorization": f"Bearer {key}", **self._relay.headers}
            fetcher = VideoFetcher(self._media, Path(folder), keys={self._relay.base_url: headers})
            clip = await probe(await fetcher.fetch("video", url))
            clip.path.replace(target)
            return clip


def kind_of(error: MediaFailure) -> FailureKind:
    """What a link that gave no video means; a page or a refusal is no result at all."""
    status = error.params.get("status", 0)
    if error.code == "media-timeout":
        return FailureKind.TIMEOUT
    if error.code == "media-unreachable" or (isinstance(status, int) and status >= _SERVER_FAULT):
        return FailureKind.UPSTREAM
    return FailureKind.NO_RESULT
