"""The gateway: HELLO, IDENTIFY, READY, heartbeats, RESUME, and events for whoever listens."""

import json
import secrets
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, TypeAlias

from aiohttp import WSMsgType, web

from tests.wire.state import Payload

_WRONG_TOKEN = 4004
_GOODBYES = (1000, 1001)
"""Close codes that end a session; after others the bot may resume."""

Shard: TypeAlias = tuple[int, int]
"""A shard's number, and of how many."""

Opening: TypeAlias = "Callable[[Session], Iterable[tuple[str, Payload]]]"
"""From a session to the events that open it, READY first."""


class Op(IntEnum):
    """Opcodes, as the gateway documents them."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    RESUME = 6
    INVALID_SESSION = 9
    HELLO = 10
    ACK = 11


def serves(shard: Shard, guild_id: int) -> bool:
    """Whether a server's events go to that shard (Discord, gateway, "Sharding")."""
    number, count = shard
    return (guild_id >> 22) % count == number


class _Socket:
    """One connection; compressed as one zlib stream when the bot asked for it."""

    def __init__(self, ws: web.WebSocketResponse, *, compressed: bool) -> None:
        self.ws = ws
        self._stream = zlib.compressobj() if compressed else None

    async def send(self, frame: Payload) -> None:
        text = json.dumps(frame)
        if self._stream is None:
            await self.ws.send_str(text)
        else:
            packed = self._stream.compress(text.encode())
            await self.ws.send_bytes(packed + self._stream.flush(zlib.Z_SYNC_FLUSH))


@dataclass(slots=True, kw_only=True)
class Refusal:
    """What the gateway does to the next `times` connections when they come that far."""

    at: Literal["hello", "identify", "resume"]
    code: int | Literal["invalid", "silence"]
    """Closes with it, calls the session invalid (opcode 9), or says nothing more."""
    times: int


@dataclass(slots=True, kw_only=True)
class Session:
    """One IDENTIFY and everything that was sent for it."""

    id: str
    shard: Shard
    intents: int
    socket: _Socket | None
    """`None` while the bot is away and may resume."""
    sent: list[Payload] = field(default_factory=list)

    async def dispatch(self, name: str, details: Payload) -> None:
        frame = {"op": Op.DISPATCH, "t": name, "s": len(self.sent) + 1, "d": details}
        self.sent.append(frame)
        if self.socket:
            await self.socket.send(frame)


class Gateway:
    """All sessions; each gets every event of its shard, as two bots with one token would."""

    def __init__(self, token: str, opening: Opening, changed: Callable[[], None]) -> None:
        self._token = token
        self._opening = opening
        self._changed = changed
        self.heartbeat_ms = 41_250
        self.sessions: dict[str, Session] = {}
        self.identifies: list[Shard] = []
        """Every IDENTIFY, refused ones too: what Discord counts."""
        self.identified = 0
        self.resumed = 0
        self.refused = 0
        self._refusals: list[Refusal] = []

    @property
    def connected(self) -> list[Session]:
        """Sessions with an open socket that were told READY."""
        return [session for session in self.sessions.values() if session.socket]

    async def dispatch(self, name: str, details: Payload) -> None:
        """Sends an event to every session of its server's shard; the bot must have one.

        What belongs to no server goes to shard 0.
        """
        guild = int(details.get("guild_id") or (details["id"] if name.startswith("GUILD") else 0))
        listening = [each for each in self.sessions.values() if serves(each.shard, guild)]
        assert listening, f"{name}: nobody is connected to the gateway"
        for session in listening:
            await session.dispatch(name, details)

    def refuse(
        self,
        *,
        at: Literal["hello", "identify", "resume"],
        code: int | Literal["invalid", "silence"] = 4000,
        times: int = 1_000_000,
    ) -> None:
        """Lets the next connections fail."""
        self._refusals.append(Refusal(at=at, code=code, times=times))

    def forget_refusals(self) -> None:
        """From now on connections succeed."""
        self._refusals.clear()

    async def drop(self, code: int = 4000) -> None:
        """Closes every socket; with the default code the bot may resume."""
        for session in self.connected:
            socket = session.socket
            assert socket is not None
            self._closed(session, code)
            await socket.ws.close(code=code)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """The handler of the gateway's route."""
        ws = web.WebSocketResponse(max_msg_size=0)
        await ws.prepare(request)
        socket = _Socket(ws, compressed=request.query.get("compress") == "zlib-stream")
        if await self._refused("hello", socket):
            return ws
        await socket.send({"op": Op.HELLO, "d": {"heartbeat_interval": self.heartbeat_ms}})
        session: Session | None = None
        async for message in ws:
            if message.type is WSMsgType.TEXT:
                session = await self._receive(socket, json.loads(message.data)) or session
        if session and session.socket is socket:
            self._closed(session, ws.close_code)
        return ws

    async def _receive(self, socket: _Socket, frame: Payload) -> Session | None:
        match frame["op"]:
            case Op.HEARTBEAT:
                await socket.send({"op": Op.ACK, "d": None})
            case Op.IDENTIFY:
                return await self._identify(socket, frame["d"])
            case Op.RESUME:
                return await self._resume(socket, frame["d"])
            case Op.PRESENCE:
                pass
            case unknown:
                raise AssertionError(f"the gateway does not know opcode {unknown}")
        return None

    async def _identify(self, socket: _Socket, details: Payload) -> Session | None:
        if details["token"] != self._token:
            await socket.ws.close(code=_WRONG_TOKEN)
            return None
        number, count = details.get("shard", (0, 1))
        self.identifies.append((number, count))
        self._changed()
        if await self._refused("identify", socket):
            return None
        session = Session(
            id=secrets.token_hex(8),
            shard=(number, count),
            intents=details["intents"],
            socket=socket,
        )
        for name, event in self._opening(session):
            await session.dispatch(name, event)
        self.sessions[session.id] = session
        self.identified += 1
        self._changed()
        return session

    async def _resume(self, socket: _Socket, details: Payload) -> Session | None:
        if await self._refused("resume", socket):
            return None
        session = self.sessions.get(details["session_id"] or "")
        if session is None:
            await socket.send({"op": Op.INVALID_SESSION, "d": False})
            return None
        seen = details["seq"] or 0
        while seen < len(session.sent):  # events may come while the missed ones are sent
            await socket.send(session.sent[seen])
            seen += 1
        session.socket = socket
        await session.dispatch("RESUMED", {})
        self.resumed += 1
        self._changed()
        return session

    async def _refused(self, at: str, socket: _Socket) -> bool:
        found = next((each for each in self._refusals if each.at == at and each.times > 0), None)
        if found is None:
            return False
        found.times -= 1
        self.refused += 1
        self._changed()
        if found.code == "invalid":
            await socket.send({"op": Op.INVALID_SESSION, "d": False})
        elif found.code != "silence":
            await socket.ws.close(code=found.code)
        return True

    def _closed(self, session: Session, code: int | None) -> None:
        session.socket = None
        if code in _GOODBYES:
            self.sessions.pop(session.id, None)
        self._changed()
