"""The buttons of a library: found by their custom ids alone, so that they outlive every restart."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, Self

import discord
from discord import ui

from bot.domain.errors import Refusal
from bot.domain.jobs import Job
from bot.domain.library import Handout, Page
from bot.generation.originals import in_parts
from bot.presenter.answering import acknowledge, guarded, later, promptly, tell
from bot.presenter.buttons import JobButton
from bot.presenter.buttons import Verb as CardVerb
from bot.presenter.desk import Desk, desk_of
from bot.presenter.face import unlisted
from bot.presenter.library.giving import check_not_empty, give, uploads
from bot.presenter.library.parts import give_in_parts
from bot.presenter.library.places import card_url, message_url
from bot.presenter.library.views import (
    Item,
    Look,
    note_view,
    page_view,
    private_view,
    question_view,
    shared_view,
)
from bot.presenter.requester import presser_of, requester_of
from bot.presenter.routes import DIRECT_MESSAGE_LIMIT, SILENT
from bot.presenter.voice import Voice


class Verb(StrEnum):
    """What a button does; part of its custom id, so never renamed."""

    OPEN = "open"
    POST = "post"
    SEND = "send"
    PARTS = "parts"
    """Send what is too large in parts."""
    DELETE = "delete"
    SURE = "sure"
    """Delete it for good."""
    REMOVE = "remove"
    """Take a posted copy away; the library keeps the video."""


_LABELS: Mapping[Verb, str] = {
    Verb.OPEN: "button-watch",
    Verb.POST: "button-post",
    Verb.SEND: "button-send",
    Verb.PARTS: "button-parts",
    Verb.DELETE: "button-delete",
    Verb.SURE: "button-delete-yes",
    Verb.REMOVE: "button-remove",
}
_STYLES: Mapping[Verb, discord.ButtonStyle] = {
    Verb.POST: discord.ButtonStyle.primary,
    Verb.SURE: discord.ButtonStyle.danger,
}


_OF_VIDEO = r"videos:(?P<verb>open|post|send|parts|delete|sure|remove):(?P<job>[0-9a-f]{16})"
_OF_PAGE = r"videos:page:(?P<page>[0-9]{1,4})"
TEMPLATES = (_OF_VIDEO, _OF_PAGE)


class VideoButton(ui.DynamicItem[ui.Button[Any]], template=_OF_VIDEO):
    """One verb for one video, such as `videos:open:0123456789abcdef`."""

    def __init__(self, verb: Verb, job_id: str, label: str | None = None) -> None:
        super().__init__(
            ui.Button(
                label=label or verb.value,
                custom_id=f"videos:{verb.value}:{job_id}",
                style=_STYLES.get(verb, discord.ButtonStyle.secondary),
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
        """Do it; who may is checked behind it, and every error is answered."""
        async with guarded(interaction):
            await _PRESSES[self._verb](interaction, desk_of(interaction), self._job_id)


class PageButton(ui.DynamicItem[ui.Button[Any]], template=_OF_PAGE):
    """Leads to a page of the library of whoever presses it, such as `videos:page:2`."""

    def __init__(self, page: int, label: str | None = None, *, off: bool = False) -> None:
        custom_id = f"videos:page:{page}"
        super().__init__(ui.Button(label=label or str(page), custom_id=custom_id, disabled=off))
        self._page = page

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Made anew for every press."""
        return cls(int(match["page"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Turn the page in place; one that others see is answered privately instead."""
        async with guarded(interaction):
            desk = desk_of(interaction)
            by = requester_of(interaction, desk.moderator_role)
            await acknowledge(interaction)
            view = library_view(interaction, await desk.library.page(by, self._page))
            if interaction.message and interaction.message.flags.ephemeral:
                async with later(interaction):
                    await interaction.edit_original_response(
                        view=unlisted(view), allowed_mentions=SILENT
                    )
            else:
                await tell(interaction, view)


def library_view(interaction: discord.Interaction, page: Page) -> ui.LayoutView:
    """A page of their library for whoever asked."""
    desk, look = desk_of(interaction), _look(interaction)

    def watch(job: Job) -> Item:
        return _button(look.say, Verb.OPEN, job.id)

    turn = _turn(page, look.say)
    return page_view(page, look, keep=desk.library.keep, watch=watch, turn=turn)


def _turn(page: Page, say: Voice) -> Sequence[Item]:
    if page.pages == 1:
        return ()
    newer, older = page.number - 1, page.number + 1
    return (
        PageButton(newer, say("button-newer"), off=newer < 1),
        PageButton(older, say("button-older"), off=older > page.pages),
    )


async def _open(interaction: discord.Interaction, desk: Desk, job_id: str) -> None:
    by, look = requester_of(interaction, desk.moderator_role), _look(interaction)
    await acknowledge(interaction, thinking=True)
    kept = await desk.library.find(job_id, by)
    verbs = (Verb.POST, Verb.SEND, Verb.DELETE)
    buttons = [_button(look.say, verb, job_id) for verb in verbs]
    buttons.insert(2, _card_button(look.say, CardVerb.PROMPT, job_id))

    async def show(handout: Handout) -> None:
        worth = all(in_parts(file, handout.limit) for file in handout.left_out)
        parts = _button(look.say, Verb.PARTS, job_id) if handout.left_out and worth else None
        view = private_view(handout, look, buttons=buttons, parts=parts)
        await tell(interaction, view, uploads(handout, look.say))

    await give(desk.library, kept, limit=interaction.filesize_limit, send=show)


async def _post(interaction: discord.Interaction, desk: Desk, job_id: str) -> None:
    by, look = requester_of(interaction, desk.moderator_role), _look(interaction)
    if not interaction.app_permissions.attach_files:
        raise Refusal("refusal-attach-again")
    await acknowledge(interaction, thinking=True)
    kept = await desk.library.postable(job_id, by)
    # This also takes the deferred answer's place, in which a follow-up would land else.
    await tell(interaction, note_view(look.say("library-posting"), done=False))
    cards = (CardVerb.AGAIN, CardVerb.PROMPT)
    buttons = [_card_button(look.say, verb, job_id) for verb in cards]
    buttons.append(_button(look.say, Verb.REMOVE, job_id))

    async def post(handout: Handout) -> discord.WebhookMessage:
        check_not_empty(handout)
        view = unlisted(shared_view(handout, look, buttons=buttons))
        return await interaction.followup.send(
            view=view, files=uploads(handout, look.say), allowed_mentions=SILENT, wait=True
        )

    posted = await give(desk.library, kept, limit=interaction.filesize_limit, send=post)
    url = message_url(interaction.client, posted, interaction.guild_id)
    await tell(interaction, note_view(look.say("library-posted", url=url), done=True))


async def _send(interaction: discord.Interaction, desk: Desk, job_id: str) -> None:
    by, look = requester_of(interaction, desk.moderator_role), _look(interaction)
    await acknowledge(interaction, thinking=True)
    kept = await desk.library.find(job_id, by)
    await tell(interaction, note_view(look.say("library-sending"), done=False))
    buttons = (
        _card_button(look.say, CardVerb.PROMPT, job_id),
        _button(look.say, Verb.REMOVE, job_id),
    )

    async def send(handout: Handout) -> discord.Message:
        check_not_empty(handout)
        channel = await interaction.user.create_dm()
        view = unlisted(shared_view(handout, look, buttons=buttons))
        return await channel.send(
            view=view, files=uploads(handout, look.say), allowed_mentions=SILENT
        )

    sent = await give(desk.library, kept, limit=DIRECT_MESSAGE_LIMIT, send=send)
    url = message_url(interaction.client, sent, None)
    await tell(interaction, note_view(look.say("library-sent", url=url), done=True))


async def _delete(interaction: discord.Interaction, desk: Desk, job_id: str) -> None:
    by, look = requester_of(interaction, desk.moderator_role), _look(interaction)
    kept = await promptly(interaction, desk.library.find(job_id, by))
    sure = _button(look.say, Verb.SURE, job_id)
    await tell(interaction, question_view(kept, look, buttons=(sure,)))


async def _sure(interaction: discord.Interaction, desk: Desk, job_id: str) -> None:
    by, look = requester_of(interaction, desk.moderator_role), _look(interaction)
    await acknowledge(interaction)
    await desk.library.delete(job_id, by)
    done = note_view(look.say("library-deleted"), done=True)
    async with later(interaction):
        await interaction.edit_original_response(view=unlisted(done), allowed_mentions=SILENT)


async def _remove(interaction: discord.Interaction, desk: Desk, job_id: str) -> None:
    by = presser_of(interaction, desk.moderator_role)
    await acknowledge(interaction)
    await desk.library.removable(job_id, by)
    async with later(interaction):
        await interaction.delete_original_response()


def _look(interaction: discord.Interaction) -> Look:
    desk = desk_of(interaction)
    say = Voice(desk.texts, str(interaction.locale))
    return Look(say=say, models=desk.catalogue, jump=partial(card_url, interaction.client))


def _button(say: Voice, verb: Verb, job_id: str) -> Item:
    return VideoButton(verb, job_id, say(_LABELS[verb]))


def _card_button(say: Voice, verb: CardVerb, job_id: str) -> Item:
    return JobButton(verb, job_id, say(f"button-{verb.value}"))


_PRESSES: Mapping[Verb, Callable[[discord.Interaction, Desk, str], Awaitable[None]]] = {
    Verb.OPEN: _open,
    Verb.POST: _post,
    Verb.SEND: _send,
    Verb.PARTS: give_in_parts,
    Verb.DELETE: _delete,
    Verb.SURE: _sure,
    Verb.REMOVE: _remove,
}
