"""The real application against the sample relay, in a folder that ends with the demo."""

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import Application, Pace, application, utc_now
from bot.demo.relay import SampleRelay
from bot.domain.continuation import Continuation
from bot.domain.models import VideoModel
from bot.presenter.pace import Pace as CardPace
from bot.settings import Settings

NO_TOKEN = "simulated.discord.asks-for-none"  # noqa: S105 (not one)
"""Of the form that the settings want."""

MODELS = (
    VideoModel(
        id="sora-2",
        label="Sora 2",
        name="sora-2-{orientation}-{seconds}s",
        seconds=(6, 4, 8),
        ratios=("16:9", "9:16"),
        continuation=Continuation.TRANSCRIPT,
    ),
    VideoModel(
        id="sora-2-pro",
        label="Sora 2 Pro",
        name="sora-2-pro-{orientation}-{seconds}s",
        credits=2,
        seconds=(8, 6, 4),
        ratios=("16:9", "9:16"),
        continuation=Continuation.FIELD,
    ),
    VideoModel(
        id="veo3",
        label="Veo 3",
        name="veo3-{orientation}",
        ratios=("16:9", "9:16"),
        images=2,
        last_frame=True,
    ),
)


@asynccontextmanager
async def stage(
    relay: SampleRelay,
    *,
    pace: Pace | None = None,
    clock: Callable[[], datetime] = utc_now,
    **settings: Any,  # noqa: ANN401 (each field has a type of its own)
) -> AsyncIterator[Application]:
    """The application against `relay`; the operator's own settings play no part.

    `settings` are fields of `Settings` that shall differ.
    """
    with tempfile.TemporaryDirectory(prefix="clapper-demo-") as folder:
        given = {
            "discord_token": NO_TOKEN,
            "relay_base_url": relay.base_url,
            "relay_api_key": relay.api_key,
            "data_dir": Path(folder),
            "models": MODELS,
            **settings,
        }
        pace = pace or Pace(cards=CardPace(spacing=1.0), silence=timedelta(seconds=20))
        async with application(Settings(**given), clock=clock, pace=pace) as app:
            yield app
