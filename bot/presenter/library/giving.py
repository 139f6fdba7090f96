"""Give a kept video out at one place: what fits, else its link, and no refusal without a word."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TypeVar

import discord

from bot.domain.errors import ClapperError, Refusal
from bot.domain.library import Handout, Kept
from bot.generation.library import Library
from bot.presenter.library.views import alt_of
from bot.presenter.outcome import MAX_LINK
from bot.presenter.pace import Pace
from bot.presenter.prose import web_link
from bot.presenter.routes import MIB, Verdict, verdict
from bot.presenter.voice import Voice

PACE = Pace()
"""How long Discord is given; the same as for cards."""

_DIRECT_CLOSED = frozenset({50007, 50278})
"""Blocked or closed direct messages; no server in common."""

T = TypeVar("T")


async def give(
    library: Library,
    kept: Kept,
    *,
    limit: int,
    send: Callable[[Handout], Awaitable[T]],
) -> T:
    """What `send` returns; what waited for its owner is settled once Discord said yes.

    Where Discord finds the files too large after all, the link goes instead: one step, once.

    Raises:
        Refusal: Discord does not take it; or what `send` raises.
    """
    handout = offered(library, kept, limit)
    async with refused_in_words():
        try:
            sent = await _send(send, handout)
        except discord.HTTPException as refused:
            if verdict(refused) is not Verdict.TOO_LARGE or not handout.files:
                raise
            handout = offered(library, kept, 0)
            sent = await _send(send, handout)
    if not handout.empty:
        await library.given(kept.job)
    return sent


def check_not_empty(handout: Handout) -> None:
    """Let pass what gives anybody anything.

    Raises:
        Refusal: `refusal-video-too-large`.
    """
    if handout.empty:
        first = handout.left_out[0]
        name = first.path.stem
        raise Refusal("refusal-video-too-large", size=first.size, limit=handout.limit, name=name)


def uploads(handout: Handout, say: Voice) -> list[discord.File]:
    """Its files, freshly opened: a `discord.File` sends nothing the second time."""
    kept = handout.kept
    return [
        discord.File(file.path, filename=file.path.name, description=alt_of(kept, file, say))
        for file in handout.files
    ]


def offered(library: Library, kept: Kept, limit: int) -> Handout:
    """What `Library.handout` says, with a link only where one can be shown."""
    handout = library.handout(kept, limit)
    url = web_link(handout.url)
    return replace(handout, url=url if len(url) <= MAX_LINK else "")


async def _send(send: Callable[[Handout], Awaitable[T]], handout: Handout) -> T:
    """One call under its own timeout, scaled by what it uploads."""
    mib = sum(file.size for file in handout.files) / MIB
    async with asyncio.timeout(PACE.call + PACE.per_mib * mib):
        return await send(handout)


@asynccontextmanager
async def refused_in_words() -> AsyncIterator[None]:
    """Turn what Discord answers, and a file that is gone, into refusals."""
    try:
        yield
    except ClapperError:
        raise
    except FileNotFoundError as gone:
        raise Refusal("refusal-video-gone") from gone
    except Exception as error:
        if code := _refusal(error):
            raise Refusal(code) from error
        raise


def _refusal(error: Exception) -> str | None:
    if isinstance(error, discord.HTTPException) and error.code in _DIRECT_CLOSED:
        return "refusal-direct-closed"
    match verdict(error):
        case Verdict.AGAIN:
            return "refusal-discord"
        case Verdict.BUG:
            return None
    return "refusal-discord-closed"
