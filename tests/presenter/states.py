"""States of a card, and what Discord would be sent for them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from discord import ui

from bot.domain.jobs import Job, JobStatus
from bot.domain.ledger import Allowance, Balance, Scope
from bot.domain.models import Catalogue, VideoModel
from bot.domain.requests import VideoRequest
from bot.domain.views import CardState, Clip
from bot.text import Texts

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OWNER = 123456789012345678
TEXTS = Texts(strict=True)
MODELS = Catalogue([VideoModel(id="sora-2", label="Sora 2")])


def make_job(**changes: Any) -> Job:
    request = changes.pop("request", None) or VideoRequest(
        prompt="A paper boat in the rain", model="sora-2", seconds=10, ratio="16:9"
    )
    fields: dict[str, Any] = {
        "id": "0123456789abcdef",
        "interaction_id": 1,
        "guild_id": 2,
        "channel_id": 3,
        "user_id": OWNER,
        "locale": "en-US",
        "request": request,
        "price": 1,
        "status": JobStatus.QUEUED,
        "created_at": NOW,
    }
    return Job(**{**fields, **changes})


def make_balance(left: int | None = 2, **changes: Any) -> Balance:
    rule = Allowance(scope=Scope.DEFAULT, credits=None if left is None else 3)
    return Balance(rule=rule, left=left, resets_at=NOW + timedelta(hours=8), **changes)


def make_clip(**changes: Any) -> Clip:
    fields: dict[str, Any] = {
        "path": Path("clip.mp4"),
        "size": 8_808_038,
        "seconds": 10.0,
        "width": 1280,
        "height": 720,
        "codec": "h264",
        "inline_safe": True,
    }
    return Clip(**{**fields, **changes})


def payload(view: ui.LayoutView) -> list[dict[str, Any]]:
    """What Discord is sent for a view."""
    return list(view.to_components())  # type: ignore[no-untyped-call] # discord.py left it bare


def components(view: ui.LayoutView) -> Iterator[dict[str, Any]]:
    """Every component of the payload, nested ones too."""
    queue: list[dict[str, Any]] = payload(view)
    while queue:
        component = queue.pop(0)
        yield component
        queue += component.get("components", [])
        queue += [component["accessory"]] if component.get("accessory") else []


def alts_of(view: ui.LayoutView) -> dict[str, str | None]:
    """What is said of each picture and video that a view shows, by its address."""
    shown = [item for part in components(view) for item in [part, *part.get("items", [])]]
    return {item["media"]["url"]: item.get("description") for item in shown if "media" in item}


def written(view: ui.LayoutView) -> str:
    """All text of a view, from top to bottom."""
    return "\n".join(c["content"] for c in components(view) if "content" in c)


def shown_text(view: ui.LayoutView) -> list[str]:
    """The lines that people read."""
    return written(view).splitlines()


def no_buttons(_state: CardState) -> Sequence[ui.Item[Any]]:
    return ()


def some_buttons(*labels: str) -> Callable[[CardState], Sequence[ui.Item[Any]]]:
    return lambda _state: [ui.Button(label=label, custom_id=label) for label in labels]
