"""Private answers in the visual language of the card: refusals, confirmations, prompts."""

import io
from collections.abc import Sequence
from typing import Any, TypeAlias

import discord
from discord import ui

from bot.domain.errors import ClapperError, Param
from bot.domain.jobs import Job
from bot.presenter.prose import fenced, units_of
from bot.presenter.voice import Voice
from bot.text import Texts

GREY, GREEN, AMBER, RED = 0x80848E, 0x23A55A, 0xF0B232, 0xF23F43
MAX_SHOWN_PROMPT = 3900
"""UTF-16 units of a prompt with its fence; a message's whole text has 4,000."""

Item: TypeAlias = "ui.Item[Any]"


def refusal_view(error: ClapperError, *, texts: Texts, locale: str) -> ui.LayoutView:
    """Why not, and what to do."""
    say = Voice(texts, locale)
    colour = RED if error.code == "refusal-unexpected" else AMBER
    return boxed(colour, ui.TextDisplay(say.quoting(error.code, error.params)))


def done_view(key: str, *, texts: Texts, locale: str, **params: Param) -> ui.LayoutView:
    """What has just been done, for who did it."""
    return boxed(GREEN, ui.TextDisplay(Voice(texts, locale).quoting(key, params)))


def confirm_cancel_view(
    job: Job, *, texts: Texts, locale: str, buttons: Sequence[Item]
) -> ui.LayoutView:
    """Asks before a cancel that costs, because the relay is paid already."""
    say = Voice(texts, locale)
    title, cost = say("confirm-cancel-title"), say("confirm-cancel-paid", count=job.price)
    row = (ui.ActionRow[Any](*buttons),) if buttons else ()
    return boxed(AMBER, ui.TextDisplay(f"**{title}**\n{cost}"), *row)


def prompt_view(
    prompt: str, *, texts: Texts, locale: str
) -> tuple[ui.LayoutView, Sequence[discord.File]]:
    """The whole prompt, to be read and copied: in a code block, or as a file if that is too long.

    Returns:
        The view and what must be attached with it.
    """
    say = Voice(texts, locale)
    title = f"**{say('prompt-title')}**"
    block = fenced(prompt)
    if units_of(block) <= MAX_SHOWN_PROMPT:
        return boxed(GREY, ui.TextDisplay(title), ui.TextDisplay(block)), ()
    # Some 4,000 characters do not fit beside their fence, and a cut prompt cannot be copied.
    file = discord.File(io.BytesIO(prompt.encode("utf-8", "replace")), "prompt.txt")
    note = ui.TextDisplay[Any](f"{title}\n{say('prompt-file')}")
    return boxed(GREY, note, ui.File("attachment://prompt.txt")), (file,)


def boxed(colour: int, *items: Item) -> ui.LayoutView:
    """Items in one container with an accent."""
    box: ui.Container[ui.LayoutView] = ui.Container(*items, accent_colour=colour)
    return ui.LayoutView(timeout=None).add_item(box)
