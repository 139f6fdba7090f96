"""Bodies and errors of the sample relay, in the shapes that new-api and its like send."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

GATEWAY_PAGE = (
    "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body>\r\n"
    "<center><h1>504 Gateway Time-out</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)
SITE_PAGE = "<!doctype html><html><head><title>Media</title></head><body>Sign in</body></html>"
BLOCKED = "This content may violate our content policies."


def relay_error(status: int, message: str, code: str | None = None, **headers: str) -> web.Response:
    """An error as new-api words it; `headers` with `_` for `-`."""
    error = {"message": message, "type": "new_api_error"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"error": error | ({"param": "", "code": code} if code else {})}
    return web.json_response(body, status=status, headers=named)


def moderation_error() -> web.Response:
    """A prompt that is refused before anything is made."""
    error = {
        "code": "moderation_blocked",
        "message": "Your request was blocked by our moderation system.",
        "param": None,
        "type": "invalid_request_error",
    }
    return web.json_response({"error": error}, status=400)


def page(text: str, status: int) -> web.Response:
    """An HTML page, where a client hoped for something else."""
    return web.Response(text=text, status=status, content_type="text/html")


def chunk(
    ids: Mapping[str, Any], delta: Mapping[str, str], finish_reason: str | None = None
) -> bytes:
    """One event of a streamed answer; `ids` are its id, time and model."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    body = {"object": "chat.completion.chunk", **ids, "choices": [choice]}
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def completion(ids: Mapping[str, Any], text: str) -> web.Response:
    """A whole answer at once."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 17, "completion_tokens": 98, "total_tokens": 115}
    body = {"object": "chat.completion", **ids, "choices": [choice], "usage": usage}
    return web.json_response(body)
