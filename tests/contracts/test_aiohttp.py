"""What the bot relies on in aiohttp beyond its documented methods: an upgrade shows here."""

import hashlib
import io
import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.payload import get_payload

from bot.presenter.uploads import PIECE, SMALL, FilePayload, upload


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Of a server that says what it was sent."""

    async def receive(request: web.Request) -> web.Response:
        digest = hashlib.sha256()
        async for part in await request.multipart():
            assert isinstance(part, aiohttp.BodyPartReader)
            while piece := await part.read_chunk(1 << 20):
                digest.update(piece)
        return web.Response(text=f"{digest.hexdigest()} {request.content_length}")

    app = web.Application()
    app.router.add_post("/", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield "http://127.0.0.1:{1}/".format(*runner.addresses[0])
    await runner.cleanup()


@pytest.mark.parametrize("size", [0, 1, PIECE, 3 * PIECE + 7, SMALL + 1])
async def test_a_file_arrives_whole_each_time_it_is_sent(
    address: str, tmp_path: Path, size: int
) -> None:
    content = os.urandom(size)
    path = tmp_path / "video.mp4"
    path.write_bytes(content)
    file = upload(path, name="video.mp4", alt=None)

    async with aiohttp.ClientSession() as session:
        for attempt in range(2):
            file.reset(seek=attempt)
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("files[0]", file.fp, filename=file.filename)
            async with session.post(address, data=form) as answer:
                digest, length = (await answer.text()).split()
            assert digest == hashlib.sha256(content).hexdigest()
            assert int(length) > size  # it is known beforehand, or Discord would not take it
    file.close()
    assert file.fp.closed


async def test_open_files_are_what_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    with (tmp_path / "a").open("rb") as file:
        assert isinstance(get_payload(file), FilePayload)
    assert not isinstance(get_payload(io.BytesIO(b"a")), FilePayload)
