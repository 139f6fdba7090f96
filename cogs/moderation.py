"""`/video-admin`: quotas, blocks and the pause, for who may manage the server.

Discord hides the commands from others by default; what decides is the use case behind each.
"""

from datetime import datetime
from typing import TypeAlias

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.client import ClapperBot
from bot.domain.errors import Param
from bot.domain.ledger import Allowance, Period, Scope
from bot.domain.requests import Requester
from bot.generation.quotas import LONGEST_REASON, MOST_CREDITS
from bot.presenter.answering import answering, promptly, tell
from bot.presenter.answers import done_view
from bot.presenter.desk import Desk
from bot.presenter.quota import quota_view
from bot.presenter.requester import member_as_requester, requester_of
from cogs import terms, wording

Credits: TypeAlias = app_commands.Range[int, 1, MOST_CREDITS]
Reason: TypeAlias = app_commands.Range[str, 1, LONGEST_REASON]
Target: TypeAlias = discord.Member | discord.Role


@app_commands.default_permissions(manage_guild=True)
class Moderation(commands.GroupCog, group_name="video-admin"):
    """What moderators do."""

    quota = app_commands.Group(name="quota", description="…")

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ask = desk.moderation

    @quota.command(name="show")
    @answering
    async def show(self, interaction: discord.Interaction, member: discord.Member) -> None:
        by = self._by(interaction)
        whom = member_as_requester(member, by.locale)
        report = await promptly(interaction, self._ask.show(by, whom))
        view = quota_view(
            report, texts=self._desk.texts, locale=by.locale, name=member.display_name, own=False
        )
        await tell(interaction, view)

    @quota.command(name="set")
    @answering
    async def set_allowance(
        self,
        interaction: discord.Interaction,
        allowance: str,
        target: Target | None = None,
        period: str = Period.DAY.value,
    ) -> None:
        by, (scope, target_id) = self._by(interaction), _scope(target)
        if terms.is_default(allowance):
            await promptly(interaction, self._ask.clear_allowance(by, scope, target_id))
            await tell(interaction, self._cleared_view(by, scope, target_id))
            return
        amount = terms.allowance(allowance)
        rule = Allowance(scope=scope, target_id=target_id, credits=amount, period=Period(period))
        await promptly(interaction, self._ask.set_allowance(by, rule))
        await tell(interaction, self._set_view(by, rule))

    @set_allowance.autocomplete("allowance")
    async def _allowances(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        say, locale = self._desk.texts.say, str(interaction.locale)
        words = {
            value: say(f"choice-{value}", locale) for value in (terms.UNLIMITED, terms.DEFAULT)
        }
        numbers = (
            {typed: typed} if terms.is_number(typed) else {n: n for n in ("1", "3", "5", "10")}
        )
        return [
            app_commands.Choice(name=name, value=value)
            for value, name in (numbers | words).items()
            if typed.casefold() in name.casefold()
        ]

    @quota.command(name="grant")
    @answering
    async def grant(
        self,
        interaction: discord.Interaction,
        member: discord.Member,
        credits: Credits,  # noqa: A002 (the option's name)
        reason: Reason,
        expires: str | None = None,
    ) -> None:
        by = self._by(interaction)
        until = terms.expiry(expires, self._desk.clock()) if expires else None
        granting = self._ask.grant(by, member.id, credits, reason=reason, expires_at=until)
        await promptly(interaction, granting)
        done = self._done(by, "done-granted", target=str(member.id), count=credits, at=_unix(until))
        await tell(interaction, done)

    @quota.command(name="revoke")
    @answering
    async def revoke(
        self,
        interaction: discord.Interaction,
        member: discord.Member,
        credits: Credits,  # noqa: A002 (the option's name)
        reason: Reason,
    ) -> None:
        by = self._by(interaction)
        revoking = self._ask.revoke(by, member.id, credits, reason=reason)
        count = await promptly(interaction, revoking)
        await tell(interaction, self._done(by, "done-revoked", target=str(member.id), count=count))

    @quota.command(name="reset")
    @answering
    async def reset(
        self, interaction: discord.Interaction, member: discord.Member, reason: Reason
    ) -> None:
        by = self._by(interaction)
        whom = member_as_requester(member, by.locale)
        await promptly(interaction, self._ask.reset(by, whom, reason=reason))
        await tell(interaction, self._done(by, "done-reset", target=str(member.id)))

    @app_commands.command(name="block")
    @answering
    async def block(
        self, interaction: discord.Interaction, member: discord.Member, reason: Reason
    ) -> None:
        by = self._by(interaction)
        await promptly(interaction, self._ask.block(by, member.id, reason=reason))
        await tell(interaction, self._done(by, "done-blocked", target=str(member.id)))

    @app_commands.command(name="unblock")
    @answering
    async def unblock(self, interaction: discord.Interaction, member: discord.User) -> None:
        by = self._by(interaction)
        was = await promptly(interaction, self._ask.unblock(by, member.id))
        key = "done-unblocked" if was else "done-not-blocked"
        await tell(interaction, self._done(by, key, target=str(member.id)))

    @app_commands.command(name="pause")
    @answering
    async def pause(self, interaction: discord.Interaction, reason: Reason) -> None:
        by = self._by(interaction)
        await promptly(interaction, self._ask.pause(by, reason=reason))
        await tell(interaction, self._done(by, "done-paused"))

    @app_commands.command(name="resume")
    @answering
    async def resume(self, interaction: discord.Interaction) -> None:
        by = self._by(interaction)
        was = await promptly(interaction, self._ask.resume(by))
        await tell(interaction, self._done(by, "done-resumed" if was else "done-not-paused"))

    @app_commands.command(name="spoiler")
    @answering
    async def spoiler(self, interaction: discord.Interaction, on: bool) -> None:
        by = self._by(interaction)
        await promptly(interaction, self._ask.set_spoiler(by, on=on))
        await tell(interaction, self._done(by, "done-spoiler", on="yes" if on else "no"))

    def _cleared_view(self, by: Requester, scope: Scope, target_id: int | None) -> ui.LayoutView:
        target = str(target_id or 0)
        return self._done(by, "done-default", scope=scope.value, target=target)

    def _set_view(self, by: Requester, rule: Allowance) -> ui.LayoutView:
        return self._done(
            by,
            "done-set",
            scope=rule.scope.value,
            target=str(rule.target_id or 0),
            unlimited="yes" if rule.credits is None else "no",
            count=rule.credits or 0,
            period=rule.period.value,
        )

    def _by(self, interaction: discord.Interaction) -> Requester:
        return requester_of(interaction, self._desk.moderator_role)

    def _done(self, by: Requester, key: str, **params: Param) -> ui.LayoutView:
        return done_view(key, texts=self._desk.texts, locale=by.locale, **params)


def _scope(target: Target | None) -> tuple[Scope, int | None]:
    """Whose allowance is meant; the role that everybody has stands for the server."""
    if target is None or (isinstance(target, discord.Role) and target.is_default()):
        return Scope.SERVER, None
    scope = Scope.ROLE if isinstance(target, discord.Role) else Scope.MEMBER
    return scope, target.id


def _unix(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0


async def setup(bot: ClapperBot) -> None:
    await wording.add(bot, Moderation(bot.desk))
