"""A loopback HTTP server that says exactly what a test wants, and a resolver that is told."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

Answer: TypeAlias = "bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]"


@dataclass(kw_only=True)
class Host:
    """One listening port; `answers` is by path, `heard` holds every request head."""

    answers: dict[str, Answer] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.heard.append(head)
            answer = self.answers[head.split()[1]]
            if isinstance(answer, bytes):
                writer.write(answer)
            else:
                await answer(writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


class Told:
    """A resolver that gives its answers in turn, the last one for ever."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(turns) for name, turns in answers.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        if host not in self.answers:
            raise OSError("no such name")
        turns = self.answers[host]
        return turns.pop(0) if len(turns) > 1 else turns[0]


def reply(body: bytes = b"", *, status: int = 200, **headers: str) -> bytes:
    """A whole HTTP answer; its length is named unless `content_length=""`."""
    fields = {"content_length": str(len(body)), **headers}
    lines = [f"HTTP/1.1 {status} x"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if value]
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def listen(tls: ssl.SSLContext | None = None, **answers: Answer) -> AsyncIterator[Host]:
    host = Host(answers={f"/{path}": answer for path, answer in answers.items()})
    server = await asyncio.start_server(host.serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    host.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    try:
        yield host
    finally:
        server.close()
