"""The buttons of cards: found by their custom ids alone, so that they outlive every restart."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Self

import discord
from discord import ui

from bot.domain.jobs import CardRef, JobStatus
from bot.domain.requests import Requester
from bot.domain.views import CardState
from bot.generation.cancel import Cancelled, find
from bot.presenter.answering import acknowledge, guarded, later, promptly, tell
from bot.presenter.answers import confirm_cancel_view, done_view, prompt_view
from bot.presenter.card import Buttons
from bot.presenter.continuing import ask_how
from bot.presenter.desk import Desk, desk_of
from bot.presenter.face import unlisted
from bot.presenter.opening import open_card
from bot.presenter.requester import presser_of, requester_of
from bot.presenter.result import get_result
from bot.presenter.routes import SILENT
from bot.text import Texts


class Verb(StrEnum):
    """What a button does; part of its custom id, so never renamed."""

    CANCEL = "cancel"
    CONFIRM = "confirm"
    """Cancel although the relay is paid already."""
    AGAIN = "again"
    CONTINUE = "continue"
    """Go on from the video; what is typed then is in `bot/presenter/continuing.py`."""
    PROMPT = "prompt"
    DELETE = "delete"
    RESULT = "result"
    """Go on by the press, where nothing else reaches the card any more."""


_LABELS: Mapping[Verb, str] = {
    Verb.CANCEL: "button-cancel",
    Verb.CONFIRM: "button-cancel-yes",
    Verb.AGAIN: "button-again",
    Verb.CONTINUE: "button-continue",
    Verb.PROMPT: "button-prompt",
    Verb.DELETE: "button-delete",
    Verb.RESULT: "button-result",
}
_AFTERWARDS = (Verb.AGAIN, Verb.PROMPT, Verb.DELETE)
_BY_STATUS: Mapping[JobStatus, Sequence[Verb]] = {
    JobStatus.QUEUED: (Verb.CANCEL, Verb.PROMPT),
    JobStatus.RUNNING: (Verb.CANCEL, Verb.PROMPT),
    JobStatus.DELIVERING: (Verb.PROMPT,),  # so that the row stays while the state changes
    JobStatus.DELIVERED: _AFTERWARDS,
    JobStatus.FAILED: _AFTERWARDS,
    JobStatus.CANCELLED: _AFTERWARDS,
}


TEMPLATE = (
    r"video:(?P<verb>cancel|confirm|again|continue|prompt|delete|result):(?P<job>[0-9a-f]{16})"
)


class JobButton(ui.DynamicItem[ui.Button[Any]], template=TEMPLATE):
    """One verb for one job, such as `video:cancel:0123456789abcdef`."""

    def __init__(self, verb: Verb, job_id: str, label: str | None = None) -> None:
        danger = verb is Verb.CONFIRM
        super().__init__(
            ui.Button(
                label=label or verb.value,
                custom_id=f"video:{verb.value}:{job_id}",
                style=discord.ButtonStyle.danger if danger else discord.ButtonStyle.secondary,
            )
        )
        self._verb = verb
        self._job_id = job_id

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Made anew for every press."""
        return cls(Verb(match["verb"]), match["job"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Do it; every error is answered here, since discord.py would only log it."""
        async with guarded(interaction):
            await _PRESSES[self._verb](interaction, desk_of(interaction), self._job_id)


def job_buttons(texts: Texts) -> Buttons:
    """The buttons of a state, labelled for the job's owner."""

    def buttons(state: CardState) -> Sequence[ui.Item[Any]]:
        job = state.job
        return [
            JobButton(verb, job.id, texts.say(_LABELS[verb], job.locale)) for verb in _verbs(state)
        ]

    return buttons


def _verbs(state: CardState) -> Sequence[Verb]:
    if state.job.status is JobStatus.DELIVERED and state.continuable:
        return (Verb.AGAIN, Verb.CONTINUE, *_AFTERWARDS[1:])
    more = (Verb.RESULT,) if state.offers_result else ()
    return (*_BY_STATUS[state.job.status], *more)


async def _cancel(interaction: discord.Interaction, desk: Desk, job_id: str) -> None:
    by = presser_of(interaction, desk.moderator_role)
    await acknowledge(interaction)  # first of all: a cancel waits for the card's last edit
    outcome = await desk.cancel(job_id, by, confirmed=False)
    if outcome is Cancelled.CONFIRM:
        await tell(interaction, await _question(desk, job_id, by))


async def _question(desk: Desk, job_id: str, by: Requester) -> ui.LayoutView:
    job = await find(desk.cancel.jobs, job_id, by)
    label = desk.texts.say(_LABELS[Verb.CONFIRM], by.locale)
    sure = JobButton(Verb.CONFIRM, job_id, label)
    return confirm_cancel_view(job, texts=desk.texts, locale=by.locale, buttons=[sure])


async def _confirm(interaction: discord.Interaction, desk: Desk, job_id: str) -> None:
    by = presser_of(interaction, desk.moderator_role)
    await acknowledge(interaction)
    await desk.cancel(job_id, by, confirmed=True)
    done = done_view("done-cancelled", texts=desk.texts, locale=by.locale)
    async with later(interaction):
        await interaction.edit_original_response(view=unlisted(done), allowed_mentions=SILENT)


async def _again(interaction: discord.Interaction, desk: Desk, job_id: str) -> None:
    by = requester_of(interaction, desk.moderator_role)

    async def admit(opening: CardRef) -> CardState:
        order = await desk.again(
            job_id, by, interaction_id=interaction.id, channel_id=interaction.channel_id or 0
        )
        return await desk.submit(order, opening)

    await open_card(interaction, admit)


async def _prompt(interaction: discord.Interaction, desk: Desk, job_id: str) -> None:
    by = requester_of(interaction, desk.moderator_role)
    prompt = await promptly(interaction, desk.again.prompt(job_id, by))
    view, files = prompt_view(prompt, texts=desk.texts, locale=by.locale)
    await tell(interaction, view, files)


async def _delete(interaction: discord.Interaction, desk: Desk, job_id: str) -> None:
    by = presser_of(interaction, desk.moderator_role)
    await acknowledge(interaction)
    job = await desk.delete(job_id, by)
    async with later(interaction):
        await interaction.delete_original_response()
    await desk.cards.withdraw(job)


_PRESSES: Mapping[Verb, Callable[[discord.Interaction, Desk, str], Awaitable[None]]] = {
    Verb.CANCEL: _cancel,
    Verb.CONFIRM: _confirm,
    Verb.AGAIN: _again,
    Verb.CONTINUE: ask_how,
    Verb.PROMPT: _prompt,
    Verb.DELETE: _delete,
    Verb.RESULT: get_result,
}
