"""Videos that members have: jobs with their files, as the bot leaves them behind."""

import os
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import discord
from simcord.actors import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from bot.domain.jobs import CardRef, Job, JobStatus
from bot.domain.requests import Order, Requester, VideoRequest
from bot.generation.submit import new_job_id
from storage.database import Database
from tests.claimable import put_by
from tests.cogs.counter import Counter
from tests.cogs.server import Server, components_of

_INTERACTIONS = count(1_000_000)
LINK = "https://relay.example/video.mp4"


async def made(
    counter: Counter,
    server: Server,
    *,
    owner: MemberActor | None = None,
    prompt: str = "A boat *in* the rain",
    guild_id: int | None = None,
    links: tuple[tuple[str, ...], ...] = ((LINK,),),
    **options: Any,
) -> Job:
    """A job of Alice (or of `owner`) that is being delivered, its file there."""
    member = owner or server.alice
    where = guild_id or server.guild.id
    order = Order(
        interaction_id=next(_INTERACTIONS),
        request=VideoRequest(prompt=prompt, model="sora-2", seconds=8, ratio="16:9"),
        requester=Requester(guild_id=where, user_id=member.id),
        channel_id=server.channel.id,
    )
    await counter.ledger.grant(
        guild_id=where, user_id=member.id, amount=1, actor_id=1, reason="for this"
    )
    job = (await counter.ledger.admit(order, job_id=new_job_id(), price=1)).job
    await counter.jobs.place_card(job.id, _card(server))
    claimed = await counter.jobs.claim("worker")
    assert claimed is not None
    assert claimed.id == job.id
    job = claimed
    delivering = await counter.jobs.delivering(job, links)
    assert delivering is not None
    for path in files(counter, delivering):
        path.write_bytes(bytes(options.get("size", 1000)))
        os.utime(path, (server.env.now().timestamp(),) * 2)
    return delivering


async def delivered(counter: Counter, server: Server, **options: Any) -> Job:
    """A job that its owner has seen."""
    job = await made(counter, server, **options)
    done = await counter.ledger.finish(job, JobStatus.DELIVERED, settle=True)
    assert done is not None
    return done


async def claimable(
    counter: Counter, server: Server, database: Database, since: datetime, **options: Any
) -> Job:
    """A job with which nobody could be reached."""
    job = await made(counter, server, **options)
    await put_by(database, job.id, since)
    return replace(job, claimable_since=since)


def files(counter: Counter, job: Job) -> list[Path]:
    first = counter.folder / f"video-{job.id}.mp4"
    further = range(2, len(job.videos) + 1)
    return [first, *(counter.folder / f"video-{job.id}-{number}.mp4" for number in further)]


def media(message: discord.Message | ResponseMessage) -> list[str]:
    """File names of the videos that a message shows."""
    items = [item for part in components_of(message) for item in part.get("items", [])]
    urls = [item["media"]["url"] for item in items]
    return [url.partition("?")[0].rsplit("/", 1)[-1] for url in urls]


def alts(message: discord.Message | ResponseMessage) -> list[str | None]:
    """What is said of each video that a message shows."""
    items = [item for part in components_of(message) for item in part.get("items", [])]
    return [item.get("description") for item in items]


def _card(server: Server) -> CardRef:
    return CardRef(
        application_id=1,
        channel_id=server.channel.id,
        message_id=5,
        token="",
        token_expires_at=discord.utils.utcnow(),
        size_limit=10_485_760,
    )


async def library(server: Server, member: MemberActor | None = None) -> ResponseMessage:
    result = await (member or server.alice).slash(server.channel, "videos")
    assert result.response is not None
    assert result.response.ephemeral
    return result.response


async def press(server: Server, message: ResponseMessage, verb: str) -> InteractionResult:
    """Alice presses the first button of that verb."""
    ids = [str(part.get("custom_id")) for part in components_of(message)]
    custom_id = next(found for found in ids if found.startswith(f"videos:{verb}"))
    return await server.alice.click(message, custom_id=custom_id)


def private(result: InteractionResult) -> ResponseMessage:
    """The one private message of an answer."""
    answers = [*([result.response] if result.response else []), *result.followups]
    (found,) = [answer for answer in answers if answer.ephemeral]
    return found


async def watch(server: Server) -> ResponseMessage:
    return private(await press(server, await library(server), "open"))
