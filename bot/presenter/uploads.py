"""Files on their way to Discord: what is small is read in the loop, piece by piece."""

import io
from pathlib import Path

import discord
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BufferedReaderPayload, payload_type

PIECE = 1 << 16
SMALL = 8 << 20
"""Bytes that the kernel still has at hand, as they have just been fetched."""


@payload_type(io.BufferedReader)
class FilePayload(BufferedReaderPayload):
    """What aiohttp makes of every open file from now on.

    Its own goes to a thread for each piece of 256 KB and for closing: waking one costs more than
    reading a piece, and a hundred such pieces at once are memory.
    """

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Send a small file; of others, and of parts, aiohttp takes care."""
        if content_length is not None or (self.size or 0) > SMALL:
            await super().write_with_length(writer, content_length)
            return
        self._set_or_restore_start_position()
        while piece := self._value.read(PIECE):
            await writer.write(piece)

    async def close(self) -> None:
        """Close the file; discord.py does so itself with those that it has opened."""
        self._value.close()


def upload(path: Path, *, name: str, alt: str | None) -> discord.File:
    """A file to be attached under that name, opened now; `alt` says what it shows."""
    return discord.File(path, filename=name, description=alt)
