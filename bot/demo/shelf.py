"""What the sample relay hands out about its tasks: their state, their films and posters."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.demo import replies
from bot.demo.scenarios import Scenario
from bot.demo.workshop import Work, Workshop, WorkState

_TYPES = {".mp4": "video/mp4", ".webp": "image/webp"}
_PADDING = 30 * 1024 * 1024
_NEVER_FAILS_AGAIN = {"retry_count": 0, "max_retries": 10}


class Shelf:
    """Answers the links of a task; like real ones they need no key."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def status(self, request: web.Request) -> web.Response:
        """How far a task is."""
        work = self._workshop.works.get(request.match_info["task"])
        if work is None:
            return replies.relay_error(404, "task not found", "task_not_exist")
        origin = str(request.url.origin())
        text = json.dumps(_told(work, origin), ensure_ascii=False).replace("/", "\\/")
        return web.Response(text=text, content_type="application/json")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A film or its poster, whole or in ranges."""
        name = Path(request.match_info["name"])
        found = self._workshop.find(name.name)
        ready = found is not None and found[0].state is WorkState.COMPLETED
        if found is None or not ready or name.suffix not in _TYPES:
            return replies.page("<h1>404 Not Found</h1>", 404)
        work, number = found
        return _handed_out(work.films[number - 1], name.suffix, work.scenario.of_film(number))


def _told(work: Work, origin: str) -> Mapping[str, Any]:
    """The state as the family's `/source` answers tell it."""
    wish = work.wish
    told = {
        "id": work.task_id,
        "req": {"model": wish.model, "prompt": wish.prompt},
        "status": work.state.value,
        "running": not work.over,
        "created_at": work.created,
        "status_update_time": work.created,
        **_NEVER_FAILS_AGAIN,
    }
    if work.state is WorkState.COMPLETED:
        return told | {"video_url": f"{origin}/cdn/{work.day}/{work.path.name}"}
    return told | ({"error_message": work.error} if work.error else {})


def _handed_out(film: Path, suffix: str, scenario: Scenario) -> web.StreamResponse:
    if scenario is Scenario.EXPIRED:
        return web.Response(text="<Error><Code>AccessDenied</Code></Error>", status=403)
    if scenario is Scenario.PAGE:
        return replies.page(replies.SITE_PAGE, 200)
    if scenario is Scenario.OVERSIZE:
        _pad(film)
    return web.FileResponse(film.with_suffix(suffix), headers={"Content-Type": _TYPES[suffix]})


def _pad(film: Path) -> None:
    """Add an empty `free` box (ISO/IEC 14496-12, 8.1.2): the film plays as before, but is large."""
    if film.stat().st_size > _PADDING:
        return
    with film.open("ab") as end:
        end.write(_PADDING.to_bytes(4, "big") + b"free")
        end.truncate(end.tell() + _PADDING - 8)
