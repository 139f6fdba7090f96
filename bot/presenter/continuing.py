"""Going on from a finished video: the form that asks how, and what becomes of what was typed.

discord.py finds a form's answer by an object in its memory, which a restart empties and which
people who close the form never free. So no form is kept: its custom id says all there is to know.
"""

import asyncio
import re
from collections.abc import Iterator

import discord
import msgspec
from discord import ui

from bot.domain.errors import Refusal, StorageError
from bot.domain.jobs import CardRef
from bot.domain.requests import MAX_PROMPT, Order
from bot.domain.views import CardState
from bot.presenter.answering import guarded, in_time
from bot.presenter.desk import Desk, desk_of
from bot.presenter.opening import check_place, open_card
from bot.presenter.prose import cut, shorten
from bot.presenter.requester import requester_of
from bot.presenter.strays import ours
from bot.presenter.voice import Voice

FORM = re.compile(r"video:continue:(?P<job>[0-9a-f]{16})")
FIELD = "prompt"
LABEL_WIDTH = 40
"""Columns of a model's name in the form."""


async def ask_how(interaction: discord.Interaction, desk: Desk, job_id: str) -> None:
    """Open the form, with the earlier prompt in it.

    A form must be the first answer and cannot be put off, so the database is given only as long
    as any first answer: then the form opens without the prompt, and its answer is checked anyway.

    Raises:
        Refusal: it is known already that the video cannot be gone on from.
    """
    check_place(interaction)
    order = await _promptly(interaction, desk, job_id)
    say = Voice(desk.texts, str(interaction.locale))
    form = _form(job_id, order, _note(order, desk, say), say)
    await in_time(interaction, lambda: interaction.response.send_modal(form))


async def form_sent(interaction: discord.Interaction) -> None:
    """Take on what was typed into a form of ours, whichever process opened it."""
    if not ours(interaction.custom_id):
        return
    async with guarded(interaction):
        found = FORM.fullmatch(interaction.custom_id or "")
        if found is None:
            raise Refusal("refusal-stale-form")
        await _go_on(interaction, found["job"])


async def _go_on(interaction: discord.Interaction, job_id: str) -> None:
    desk, prompt = desk_of(interaction), _typed(interaction)

    async def admit(opening: CardRef) -> CardState:
        return await desk.submit(await _order(interaction, desk, job_id, prompt), opening)

    await open_card(interaction, admit)


async def _promptly(interaction: discord.Interaction, desk: Desk, job_id: str) -> Order | None:
    """What would be asked for with the earlier prompt; `None` if the database is slow."""
    try:
        async with asyncio.timeout(desk.haste.submit):
            order = await _order(interaction, desk, job_id)
    except (StorageError, TimeoutError):
        return None
    desk.submit.check(order)  # rather now than after something was typed
    return order


async def _order(
    interaction: discord.Interaction, desk: Desk, job_id: str, prompt: str | None = None
) -> Order:
    return await desk.go_on(
        job_id,
        requester_of(interaction, desk.moderator_role),
        prompt=prompt,
        interaction_id=interaction.id,
        channel_id=interaction.channel_id or 0,
    )


def _form(job_id: str, order: Order | None, note: str | None, say: Voice) -> ui.Modal:
    field: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id=FIELD,
        style=discord.TextStyle.paragraph,
        default=cut(order.request.prompt, MAX_PROMPT) if order else None,
        max_length=MAX_PROMPT,
    )
    form = ui.Modal(title=say("form-continue"), custom_id=f"video:continue:{job_id}")
    form.add_item(ui.Label(text=say("form-continue-prompt"), description=note, component=field))
    form.stop()  # or discord.py would keep it
    return form


def _note(order: Order | None, desk: Desk, say: Voice) -> str | None:
    """By which model, and at what price."""
    if order is None:
        return None
    model = desk.catalogue.get(order.request.model)
    price = model.price(order.request.seconds)
    return say("choice-model", label=shorten(model.label, LABEL_WIDTH), count=price)


class _Part(msgspec.Struct):
    """A sent form, or a part of it."""

    custom_id: str = ""
    value: str = ""
    components: list["_Part"] = []
    component: "_Part | None" = None


def _typed(interaction: discord.Interaction) -> str:
    """Empty for a form that nobody here made."""
    try:
        form = msgspec.convert(interaction.data, _Part)
    except (msgspec.ValidationError, RecursionError):
        return ""
    return next((part.value for part in _parts(form) if part.custom_id == FIELD), "")


def _parts(part: _Part) -> Iterator[_Part]:
    for inner in (*part.components, *filter(None, [part.component])):
        yield inner
        yield from _parts(inner)
