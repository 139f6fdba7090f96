"""Private answers, each exactly once, and the one boundary where every error becomes one."""

import asyncio
import functools
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import Any, Concatenate, ParamSpec, TypeVar

import discord
import structlog
from discord import app_commands, ui

from bot.domain.errors import ClapperError, JobFailure, Refusal, StorageError
from bot.presenter.answers import refusal_view
from bot.presenter.desk import desk_of
from bot.presenter.face import unlisted
from bot.presenter.routes import SILENT, Verdict, verdict

log = structlog.stdlib.get_logger()

ALREADY_ANSWERED = 40060
"""Discord's code for a second first answer."""
_OUT_OF_TURN = frozenset({ALREADY_ANSWERED, 10062})
"""Somebody has answered before, or nobody waits any more: there is nobody to tell."""

C = TypeVar("C")
P = ParamSpec("P")
T = TypeVar("T")


async def in_time(
    interaction: discord.Interaction, answer: Callable[[], Awaitable[object]]
) -> None:
    """Give a first answer while Discord still waits for it.

    A try that hangs, or for which discord.py would sleep before its own next one, is broken off.
    What such a try may have done all the same counts as done.
    """
    haste = desk_of(interaction).haste
    for left in reversed(range(haste.tries)):
        try:
            async with asyncio.timeout(haste.answer):
                await answer()
                return
        except Exception as error:
            if _code(error) == ALREADY_ANSWERED and left + 1 < haste.tries:
                return
            if not left or verdict(error) is not Verdict.AGAIN:
                raise


async def acknowledge(interaction: discord.Interaction, *, thinking: bool = False) -> None:
    """Say that a press is heard; with `thinking` a private answer is promised.

    Raises:
        discord.HTTPException: it is too late, or somebody else has answered: do nothing more.
    """
    await in_time(
        interaction, lambda: interaction.response.defer(ephemeral=thinking, thinking=thinking)
    )


def later(interaction: discord.Interaction) -> asyncio.Timeout:
    """Bounds a call after the first answer."""
    return asyncio.timeout(desk_of(interaction).haste.later)


async def tell(
    interaction: discord.Interaction, view: ui.LayoutView, files: Sequence[discord.File] = ()
) -> None:
    """Show a view to the one who asked, as whatever answer the interaction still allows.

    Whoever gives many bytes bounds it; everything else is bounded here.
    """
    unlisted(view)

    async def send() -> None:
        for file in files:
            file.reset(seek=True)  # the try before may have read it
        await interaction.response.send_message(
            view=view, files=files, ephemeral=True, allowed_mentions=SILENT
        )

    if interaction.response.is_done():
        await _tell_later(interaction, view, files)
        return
    try:
        await in_time(interaction, send)
    except discord.HTTPException as refused:
        if refused.code != ALREADY_ANSWERED:
            raise
        # An answer whose confirmation was lost did reach Discord.
        await _tell_later(interaction, view, files)


async def _tell_later(
    interaction: discord.Interaction, view: ui.LayoutView, files: Sequence[discord.File]
) -> None:
    deferred = discord.InteractionResponseType.deferred_channel_message
    async with later(interaction) if not files else nullcontext():
        if interaction.response.type is deferred:
            await interaction.edit_original_response(
                view=view, attachments=files, allowed_mentions=SILENT
            )
        else:
            await interaction.followup.send(
                view=view, files=files, ephemeral=True, allowed_mentions=SILENT
            )


async def promptly(interaction: discord.Interaction, work: Awaitable[T]) -> T:
    """The work's result; when it takes long, the interaction is put off privately meanwhile."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=desk_of(interaction).haste.submit)
    if not done:
        await acknowledge(interaction, thinking=True)
    return await task


def answering(
    command: Callable[Concatenate[C, discord.Interaction, P], Awaitable[None]],
) -> Callable[Concatenate[C, discord.Interaction, P], Coroutine[Any, Any, None]]:
    """A command whose refusals are answers; whatever else it raises reaches the command tree."""

    @functools.wraps(command)
    async def answered(
        self: C, interaction: discord.Interaction, /, *args: P.args, **kwargs: P.kwargs
    ) -> None:
        try:
            await command(self, interaction, *args, **kwargs)
        except ClapperError as error:
            await answer_error(interaction, error)

    return answered


@asynccontextmanager
async def guarded(interaction: discord.Interaction) -> AsyncIterator[None]:
    """Answer whatever is raised inside: discord.py only logs what its buttons raise."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 (answered and logged by the boundary)
        await answer_error(interaction, error)


async def answer_error(interaction: discord.Interaction, error: Exception) -> None:
    """Tell the one who asked why not, once; never raises what Discord answers to that."""
    if _code(error) in _OUT_OF_TURN:
        log.info("answer.out_of_turn", code=_code(error))
        return
    shown = as_answer(error)
    view = refusal_view(shown, texts=desk_of(interaction).texts, locale=str(interaction.locale))
    try:
        await _show(interaction, view)
    except (discord.DiscordException, OSError, TimeoutError) as late:
        log.warning("answer.not_sent", code=shown.code, error=type(late).__name__)


async def _show(interaction: discord.Interaction, view: ui.LayoutView) -> None:
    """In words, or as the only answer that Discord takes while somebody is typing."""
    if interaction.type is discord.InteractionType.autocomplete:
        await in_time(interaction, lambda: interaction.response.autocomplete([]))
    else:
        await tell(interaction, view)


def _code(error: Exception) -> int | None:
    return error.code if isinstance(error, discord.HTTPException) else None


def as_answer(error: Exception) -> ClapperError:
    """What people are told of an error; what nobody expected is logged under a reference."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original if isinstance(error.original, Exception) else error
    if isinstance(error, app_commands.TransformerError):  # what else may fail is looked at before
        error = Refusal("refusal-not-member")
    if isinstance(error, StorageError):
        log.warning("answer.storage", code=error.code, exc_info=error)
        return Refusal("refusal-storage" if error.lasting else "refusal-busy")
    if isinstance(error, Refusal | JobFailure):
        log.info("answer.refused", code=error.code)
        return error
    if isinstance(error, discord.RateLimited):
        log.warning("answer.rate_limited", seconds=error.retry_after)
        return Refusal("refusal-discord")
    reference = secrets.token_hex(3)
    log.error("answer.unexpected", reference=reference, exc_info=error)
    return Refusal("refusal-unexpected", reference=reference)
