"""The demo's page, asked as a browser asks it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot.demo.page import show_page

STARTS = 60.0
"""Seconds after which the page will never come."""


class Visitor:
    """A browser that has the page open."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self.state: dict[str, Any] = {}
        self._sequence = 0

    async def open(self) -> None:
        async with self._session.post("/api/pages", json={}) as answer:
            self.state = await answer.json()
        self._session.headers["X-Simcord-Context"] = self.state["context"]["id"]

    async def look(self) -> None:
        async with self._session.get("/api/state") as answer:
            self.state = await answer.json()

    async def command(self, name: str) -> dict[str, Any]:
        """Run a command on the state that was looked at last, however old it is."""
        async with self._session.get("/api/commands") as answer:
            entries = (await answer.json())["entries"]
        entry = next(entry for entry in entries if entry["invocation"] == name)
        schema = {"path": entry["path"], "schema_fingerprint": entry["schemaFingerprint"]}
        return await self.act("run_command", command_id=entry["commandId"], options={}, **schema)

    async def act(self, kind: str, **fields: Any) -> dict[str, Any]:
        self._sequence += 1
        envelope = {
            **fields,
            "protocol_version": 3,
            "sequence": self._sequence,
            "request_id": f"request-{self._sequence}",
            "generation": self.state["context"]["generation"],
            "bot_generation": self.state["botGeneration"],
            "published_revision": self.state["publishedRevision"],
            "kind": kind,
        }
        body = json.dumps(envelope, separators=(",", ":"))  # as browsers write it
        json_type = {"Content-Type": "application/json"}
        async with self._session.post("/api/action", data=body, headers=json_type) as answer:
            told: dict[str, Any] = await answer.json()
            return told


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    shown = asyncio.create_task(show_page(port=None, say=told.set_result))
    url = URL(await asyncio.wait_for(told, STARTS))
    headers = {"X-Simcord-Capability": url.fragment}
    async with aiohttp.ClientSession(base_url=url.origin(), headers=headers) as session:
        visitor = Visitor(session)
        await visitor.open()
        yield visitor
    shown.cancel()
    with suppress(asyncio.CancelledError):
        await shown


async def test_the_page_says_what_to_do_before_anybody_asked(visitor: Visitor) -> None:
    (greeting,) = visitor.state["messages"].values()

    assert greeting["author"]["name"] == "Clapper"
    assert "/video" in str(greeting["components"])
    assert {"alice", "bob", "mira"} == {viewer["name"] for viewer in visitor.state["viewers"]}


async def test_a_command_on_a_state_that_is_older_than_the_page_is_carried_out(
    visitor: Visitor,
) -> None:
    await visitor.look()
    await visitor.act("refresh")

    answer = await visitor.command("quota")

    assert (answer["rejected"], answer["settlement"]) == (False, "settled")


async def test_a_port_that_is_taken_is_told_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        await show_page(port=taken.getsockname()[1], say=print)
