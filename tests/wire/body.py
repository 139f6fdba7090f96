"""What a bot posts (JSON, or multipart with `payload_json` and `files[n]`), and JSON answers."""

import json
import re
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from tests.wire.state import ApiError, Payload, SeenRequest

SEEN = web.RequestKey("seen", SeenRequest)
"""The record of a request, which the door put there."""

_FILE_FIELD = re.compile(r"files\[(\d+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    filename: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    fields: Payload
    uploads: dict[int, Upload] = field(default_factory=dict)
    """By the number in the field's name, to which `attachments[].id` points."""


async def read_body(request: web.Request) -> Body:
    """The body of one request, noted in the record of the request too."""
    if request.content_type.startswith("multipart/"):
        body = await _read_multipart(request)
    else:
        body = Body(fields=await request.json() if request.can_read_body else {})
    seen = request[SEEN]
    seen.fields = body.fields
    seen.uploads = {each.filename: len(each.content) for each in body.uploads.values()}
    return body


async def _read_multipart(request: web.Request) -> Body:
    fields: Payload = {}
    uploads: dict[int, Upload] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        if part.name == "payload_json":
            fields = json.loads(await part.text())
        elif part.name and (match := _FILE_FIELD.fullmatch(part.name)):
            content = bytes(await part.read())
            uploads[int(match[1])] = Upload(filename=part.filename or "", content=content)
        else:
            raise ApiError(400, 50035, f"Invalid Form Body: unknown part {part.name!r}")
    return Body(fields=fields, uploads=uploads)


def json_answer(
    fields: object, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """An answer whose type is bare `application/json`: with a charset, discord.py reads text."""
    body = json.dumps(fields).encode()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")
