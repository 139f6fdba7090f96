"""Private answers, each exactly once, and the one boundary where every error becomes one."""

import asyncio
import functools
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

import discord
import structlog
from discord import app_commands, ui

from bot.domain.errors import ClapperError, JobFailure, Refusal, StorageError
from bot.presenter.answers import refusal_view
from bot.presenter.desk import desk_of
from bot.presenter.face import unlisted

log = structlog.stdlib.get_logger()

ALREADY_ANSWERED = 40060
"""Discord's code for a second first answer."""

C = TypeVar("C")
P = ParamSpec("P")
T = TypeVar("T")


async def tell(
    interaction: discord.Interaction, view: ui.LayoutView, files: Sequence[discord.File] = ()
) -> None:
    """Show a view to the one who asked, as whatever answer the interaction still allows."""
    none = discord.AllowedMentions.none()
    unlisted(view)
    if not interaction.response.is_done():
        await interaction.response.send_message(
            view=view, files=files, ephemeral=True, allowed_mentions=none
        )
    elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
        await interaction.edit_original_response(
            view=view, attachments=files, allowed_mentions=none
        )
    else:
        await interaction.followup.send(
            view=view, files=files, ephemeral=True, allowed_mentions=none
        )


async def promptly(interaction: discord.Interaction, work: Awaitable[T]) -> T:
    """The work's result; when it takes long, the interaction is put off privately meanwhile."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=desk_of(interaction).haste.submit)
    if not done:
        await interaction.response.defer(ephemeral=True, thinking=True)
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
    shown = as_answer(error)
    view = refusal_view(shown, texts=desk_of(interaction).texts, locale=str(interaction.locale))
    try:
        await _tell_anyhow(interaction, view)
    except (discord.HTTPException, OSError, TimeoutError) as late:
        log.warning("answer.not_sent", code=shown.code, error=type(late).__name__)


async def _tell_anyhow(interaction: discord.Interaction, view: ui.LayoutView) -> None:
    try:
        await tell(interaction, view)
    except discord.HTTPException as refused:
        if refused.code != ALREADY_ANSWERED:
            raise
        # An answer whose confirmation was lost did reach Discord.
        await interaction.followup.send(view=view, ephemeral=True)


def as_answer(error: Exception) -> ClapperError:
    """What people are told of an error; what nobody expected is logged under a reference."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original if isinstance(error.original, Exception) else error
    if isinstance(error, StorageError):
        log.warning("answer.storage", code=error.code, exc_info=error)
        return Refusal("refusal-storage" if error.lasting else "refusal-busy")
    if isinstance(error, Refusal | JobFailure):
        log.info("answer.refused", code=error.code)
        return error
    reference = secrets.token_hex(3)
    log.error("answer.unexpected", reference=reference, exc_info=error)
    return Refusal("refusal-unexpected", reference=reference)
