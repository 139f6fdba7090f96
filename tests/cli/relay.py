"""A small relay: one answer to chat requests, one list of models, and files by name."""

import io
import json
from dataclasses import dataclass, field
from email.utils import formatdate
from fractions import Fraction
from types import TracebackType
from typing import Any, Self

import av
from aiohttp import web

KEY = "sk-test-relay-key"


def small_video() -> bytes:
    """One second of H.264."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=8)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(8):
            frame = av.VideoFrame(64, 48, "rgb24")
            frame.planes[0].update(bytes([number * 9]) * frame.planes[0].buffer_size)
            frame.pts, frame.time_base = number, Fraction(1, 8)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def chunk(text: str, finish: str | None = None) -> bytes:
    """One line of a stream."""
    delta = {"content": text} if text else {}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    record = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]}
    return b"data: " + json.dumps(record, ensure_ascii=False).encode() + b"\n\n"


@dataclass
class Relay:
    """Runs while it is entered."""

    answer: list[bytes] = field(default_factory=list)
    status: int = 200
    error: dict[str, Any] = field(default_factory=dict)
    models: list[str] | None = field(default_factory=lambda: ["sora-2"])
    models_status: int = 404
    skew: float = 0
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    fetched_with: list[str | None] = field(default_factory=list)
    url: str = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 << 20)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/files/{name}", self._file)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()

    def settings(self, **more: str) -> dict[str, str]:
        """What an operator sets to use it."""
        return {"RELAY_BASE_URL": self.url, "RELAY_API_KEY": KEY, **more}

    def offers(self, name: str, content: bytes, kind: str = "video/mp4") -> str:
        """Put a file behind a link."""
        self.files[name] = (kind, content)
        return f"{self.url}/files/{name}"

    def says(self, *texts: str) -> None:
        """Stream these texts, then end in good order."""
        ends = [chunk("", "stop"), b"data: [DONE]\n\n"]
        self.answer = [chunk(text) for text in texts] + ends

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.json_response({"error": {"message": "bad key"}}, status=401)
        self.requests.append(await request.json())
        if self.status != 200:
            return web.json_response(self.error, status=self.status)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for part in self.answer:
            await response.write(part)
        return response

    async def _models(self, request: web.Request) -> web.Response:
        date = {"Date": formatdate(self._now() + self.skew, usegmt=True)}
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.json_response({"error": {"message": "bad key"}}, status=401, headers=date)
        if self.models is None:
            return web.json_response({}, status=self.models_status, headers=date)
        listed = [{"id": name, "object": "model"} for name in self.models]
        return web.json_response({"object": "list", "data": listed}, headers=date)

    @staticmethod
    def _now() -> float:
        import time

        return time.time()

    async def _file(self, request: web.Request) -> web.Response:
        self.fetched_with.append(request.headers.get("Authorization"))
        if (found := self.files.get(request.match_info["name"])) is None:
            return web.Response(status=403)
        return web.Response(body=found[1], content_type=found[0])
