"""A simulated Discord around the real application: a channel, two members, a moderator."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import discord
import simcord

from bot.app import Application

PATIENCE = 30.0
"""Seconds that an action may take to settle; a busy machine needs more than the usual five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Who and what there is; the actors act with true permissions."""

    env: simcord.Env
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    alice: simcord.MemberActor
    bob: simcord.MemberActor
    moderator: simcord.MemberActor


@asynccontextmanager
async def world(app: Application, *, work: bool = True) -> AsyncIterator[World]:
    """The application at work in a server of its own, on a clock that agrees with ours.

    Work in the background starts outside the bot's own scope: the simulation settles after every
    action and would wait for it. Without `work` the caller starts it.
    """
    env = simcord.Env(app.bot, check_errors=False, settle_timeout=PATIENCE)
    async with AsyncExitStack() as stack:
        await env.start()
        stack.push_async_callback(env.shutdown)
        await keep_time(env)
        made = _people(env)
        if work:
            await stack.enter_async_context(working(app, env))
        yield made


@asynccontextmanager
async def working(app: Application, env: simcord.Env) -> AsyncIterator[None]:
    """The background at work in the simulation's time, but outside of what it waits for."""
    async with AsyncExitStack() as stack:
        with env.time_context():  # a task keeps the context in which it was made
            await stack.enter_async_context(app.at_work())
        yield


async def keep_time(env: simcord.Env) -> None:
    """Bring the simulation's clock, which only moves when told to, up to ours."""
    behind = (datetime.now(UTC) - env.now()).total_seconds()
    if behind > 0:
        await env.advance_time(behind)


def _people(env: simcord.Env) -> World:
    guild = env.create_guild("Moving Pictures")
    channel = guild.create_text_channel("videos")
    crew = guild.create_role("Crew", permissions=discord.Permissions(manage_guild=True))
    moderator = guild.add_member(env.create_user("mira"), roles=[crew])
    return World(
        env=env,
        guild=guild,
        channel=channel,
        alice=guild.add_member(env.create_user("alice")),
        bob=guild.add_member(env.create_user("bob")),
        moderator=moderator,
    )
