"""The door between the browser and the demo's page."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot.demo.door import open_door

CANCEL = {"control_key": "message:7:component:0.1", "label": "Cancel"}
AGAIN = {"control_key": "message:7:component:0.1", "label": "Again"}


class Page:
    """What the simulation serves, as far as the door cares."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {"publishedRevision": 3, "messages": {"7": [CANCEL]}}
        self.acted: list[dict[str, Any]] = []
        self.hosts: set[str] = set()

    def publish(self, button: dict[str, str]) -> None:
        revision = self.state["publishedRevision"] + 1
        self.state = {"publishedRevision": revision, "messages": {"7": [button]}}

    async def show(self, request: web.Request) -> web.Response:
        self.hosts.add(request.host)
        return web.json_response(self.state)

    async def act(self, request: web.Request) -> web.Response:
        if request.content_type.startswith("multipart/"):
            form = await request.post()
            self.acted.append({"payload": form["payload"], "files": len(form) - 1})
        else:
            self.acted.append(await request.json())
        return web.json_response({"rejected": False})


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
def quiet() -> asyncio.Lock:
    return asyncio.Lock()


@pytest.fixture
async def browser(page: Page, quiet: asyncio.Lock) -> AsyncIterator[aiohttp.ClientSession]:
    async def nothing() -> None:
        pass

    async with AsyncExitStack() as stack:
        application = web.Application()
        application.add_routes(
            [web.get("/api/state", page.show), web.post("/api/action", page.act)]
        )
        runner = web.AppRunner(application)
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        inside = URL(f"http://127.0.0.1:{runner.addresses[0][1]}/#secret")
        ear = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        url = await stack.enter_async_context(
            open_door(inside, ear=ear, quiet=quiet, before=nothing)
        )
        assert url.fragment == "secret"
        yield await stack.enter_async_context(aiohttp.ClientSession(base_url=url.origin()))


async def act(browser: aiohttp.ClientSession, **fields: Any) -> None:
    body = '{"published_revision":3,"kind":"click"' + "".join(
        f',"{name}":"{value}"' for name, value in fields.items()
    )
    headers = {"Content-Type": "application/json"}
    async with browser.post("/api/action", data=body + "}", headers=headers) as answer:
        assert answer.status == 200


async def look(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/api/state") as answer:
        assert (await answer.json())["messages"]


async def test_an_action_on_an_older_state_is_brought_up_to_date(
    browser: aiohttp.ClientSession, page: Page
) -> None:
    await look(browser)
    page.publish(CANCEL)

    await act(browser, control_key=CANCEL["control_key"])

    assert page.acted[0]["published_revision"] == 4


async def test_a_press_on_what_has_become_another_button_stays_as_it_was(
    browser: aiohttp.ClientSession, page: Page
) -> None:
    await look(browser)
    page.publish(AGAIN)

    await act(browser, control_key=CANCEL["control_key"])

    assert page.acted[0]["published_revision"] == 3


async def test_uploads_are_passed_on_with_the_renewed_envelope(
    browser: aiohttp.ClientSession, page: Page
) -> None:
    form = aiohttp.FormData()
    form.add_field("payload", '{"published_revision":1,"kind":"run_command"}')
    form.add_field("file:image", b'"published_revision":1', filename="a.png")

    async with browser.post("/api/action", data=form) as answer:
        assert answer.status == 200

    assert page.acted == [
        {"payload": '{"published_revision":3,"kind":"run_command"}', "files": 1},
    ]


async def test_an_action_waits_until_the_simulation_is_quiet(
    browser: aiohttp.ClientSession, page: Page, quiet: asyncio.Lock
) -> None:
    async with quiet:
        acting = asyncio.create_task(act(browser))
        await look(browser)  # a question more, answered while the action waits

        assert not page.acted

    await acting
    assert len(page.acted) == 1


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://elsewhere.example"}, {"Host": "elsewhere.example"}]
)
async def test_other_sites_are_turned_away(
    browser: aiohttp.ClientSession, page: Page, headers: dict[str, str]
) -> None:
    async with browser.get("/api/state", headers=headers) as answer:
        assert answer.status == 403

    assert not page.hosts
