"""Going on from a finished video: the button, the form, and what becomes of it."""

import asyncio

import discord
import pytest
from simcord.results import InteractionResult

from bot.domain.errors import StorageError
from bot.domain.jobs import Job, JobStatus
from storage.database import Database
from tests.cogs.counter import Counter, open_counter
from tests.cogs.server import Server, forge, labels, private_answer

LONG = "A boat *in* the rain, and " + "so on " * 100
UNKNOWN = "0123456789abcdef"


@pytest.fixture
async def finished(server: Server, counter: Counter) -> Job:
    """Alice's video is on her card."""
    await server.alice.slash(server.channel, "video", prompt=LONG, ratio="9:16", seconds=8)
    return await counter.deliver_job()


def field(shown: InteractionResult) -> dict[str, object]:
    """The one field of the form."""
    assert shown.modal is not None
    (label,) = shown.modal["components"]
    component: dict[str, object] = label["component"]
    return component


@pytest.mark.usefixtures("finished")
async def test_stands_beside_again_on_a_finished_card(server: Server) -> None:
    assert labels(server.card()) == ["Again", "Continue", "Prompt", "Delete"]


@pytest.mark.parametrize(
    ("model", "said"), [("sora-2", ""), ("sora-2", "x" * 140_000), ("veo-3", "> sid: s_1")]
)
async def test_is_not_there_where_the_model_cannot_go_on(
    server: Server, counter: Counter, model: str, said: str
) -> None:
    await server.alice.slash(server.channel, "video", prompt="A boat", model=model)

    await counter.deliver_job(said=said)

    assert labels(server.card()) == ["Again", "Prompt", "Delete"]


@pytest.mark.usefixtures("finished")
async def test_opens_a_form_with_the_earlier_prompt(server: Server) -> None:
    shown = await server.bob.click(server.card(), label="Continue")

    assert shown.modal is not None
    assert shown.modal["title"] == "Continue this video"
    assert shown.modal["components"][0]["description"] == "Sora 2 · 1 credit"
    assert field(shown)["value"] == LONG


async def test_what_is_typed_becomes_a_video_of_who_pressed(
    server: Server, counter: Counter, finished: Job
) -> None:
    first = server.card()
    shown = await server.bob.click(first, label="Continue")

    result = await server.bob.submit_modal(shown, {"prompt": "Then it *sinks*"})

    assert not result.ephemeral
    job = await counter.only_job()
    assert job.user_id == server.bob.id
    assert job.request.prompt == "Then it *sinks*"
    assert job.request.continues == finished.id
    assert (job.request.model, job.request.ratio, job.request.seconds) == ("sora-2", "9:16", 8)
    assert job.card is not None
    assert job.card.message_id == server.card().id
    assert await counter.left(server.bob, server.guild.id) == 2
    assert await counter.left(server.alice, server.guild.id) == 2


@pytest.mark.usefixtures("finished")
async def test_the_new_card_leads_to_the_earlier_one(server: Server) -> None:
    first = server.card()
    shown = await server.bob.click(first, label="Continue")

    await server.bob.submit_modal(shown, {"prompt": "Then it sinks"})

    assert first.id != server.card().id
    assert f"continues [this video]({first.jump_url})" in server.says()


async def test_a_form_may_be_sent_after_a_restart(
    server: Server, counter: Counter, finished: Job, database: Database
) -> None:
    shown = await server.bob.click(server.card(), label="Continue")
    fresh = open_counter(database, counter.folder)
    await server.env.restart_bot(fresh.bot)

    await server.bob.submit_modal(shown, {"prompt": "Then it sinks"})

    job = await fresh.only_job()
    assert (job.user_id, job.request.continues) == (server.bob.id, finished.id)
    assert len(server.channel.history()) == 2


@pytest.mark.usefixtures("finished")
async def test_the_button_works_after_a_restart(
    server: Server, counter: Counter, database: Database
) -> None:
    fresh = open_counter(database, counter.folder)
    await server.env.restart_bot(fresh.bot)

    shown = await server.bob.click(server.card(), label="Continue")

    assert field(shown)["value"] == LONG


@pytest.mark.usefixtures("finished")
async def test_forms_that_people_close_leave_nothing_behind(
    server: Server, counter: Counter
) -> None:
    for _ in range(5):
        await server.bob.click(server.card(), label="Continue")

    assert not counter.bot._connection._view_store._modals


@pytest.mark.usefixtures("finished")
async def test_an_empty_prompt_is_refused_privately(server: Server, counter: Counter) -> None:
    shown = await server.bob.click(server.card(), label="Continue")

    result = await server.bob.submit_modal(shown, {"prompt": " \n "})

    assert "prompt is empty" in private_answer(result)
    assert await counter.jobs.open_jobs() == []
    assert await counter.left(server.bob, server.guild.id) == 3


@pytest.mark.usefixtures("finished")
async def test_who_has_no_credits_is_refused_privately(server: Server, counter: Counter) -> None:
    shown = await server.bob.click(server.card(), label="Continue")
    await counter.spend(3, server.bob.id, server.guild.id)

    result = await server.bob.submit_modal(shown, {"prompt": "Then it sinks"})

    assert "you have none left" in private_answer(result)
    assert len(server.channel.history()) == 1


@pytest.mark.usefixtures("finished")
async def test_nothing_is_asked_while_stopping(server: Server, counter: Counter) -> None:
    counter.gate.close()

    result = await server.bob.click(server.card(), label="Continue")

    assert result.modal is None
    assert "restarting" in private_answer(result)


async def test_a_job_without_a_video_is_refused(server: Server, counter: Counter) -> None:
    await server.alice.slash(server.channel, "video", prompt="A boat")
    failed = await counter.fail_job()
    forge(server.env, server.channel.id, f"video:continue:{failed.id}")

    result = await server.alice.click(server.card(), custom_id=f"video:continue:{failed.id}")

    assert "no finished video" in private_answer(result)


async def test_a_form_for_a_job_that_is_not_known_is_refused(
    server: Server, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge(server.env, server.channel.id, f"video:continue:{UNKNOWN}")
    with monkeypatch.context() as patched:
        patched.setattr(counter.jobs, "get", locked)
        shown = await server.bob.click(server.card(), custom_id=f"video:continue:{UNKNOWN}")

    result = await server.bob.submit_modal(shown, {"prompt": "Then it sinks"})

    assert "not known any more" in private_answer(result)
    assert await counter.jobs.open_jobs() == []


@pytest.mark.usefixtures("finished")
async def test_the_form_opens_without_the_prompt_when_the_database_does_not_answer(
    server: Server, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(counter.jobs, "get", locked)
        shown = await server.bob.click(server.card(), label="Continue")
    assert "value" not in field(shown)

    await server.bob.submit_modal(shown, {"prompt": "Then it sinks"})

    assert (await counter.only_job()).request.prompt == "Then it sinks"


@pytest.mark.usefixtures("finished")
async def test_the_form_does_not_wait_for_a_slow_database(
    server: Server, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = asyncio.Event()

    async def slow(_job_id: str) -> Job | None:
        await server.env.external_wait(answered.wait(), reason="a slow database")
        return None

    monkeypatch.setattr(counter.jobs, "get", slow)
    shown = await server.bob.click(server.card(), label="Continue")
    assert shown.modal is None

    await server.env.advance_time(1)

    assert "value" not in field(shown)
    answered.set()


async def test_the_longest_prompt_is_cut_to_what_a_form_can_carry(
    server: Server, counter: Counter
) -> None:
    await server.alice.slash(server.channel, "video", prompt="🛶" * 4_000)
    await counter.deliver_job()

    shown = await server.bob.click(server.card(), label="Continue")

    assert field(shown)["value"] == "🛶" * 1_999 + "…"


async def test_again_on_what_continues_asks_for_the_same_once_more(
    server: Server, counter: Counter, finished: Job
) -> None:
    shown = await server.bob.click(server.card(), label="Continue")
    await server.bob.submit_modal(shown, {"prompt": "Then it sinks"})
    ended = await counter.fail_job()

    await server.alice.click(server.card(), label="Again")

    job = await counter.only_job()
    assert job.status is JobStatus.QUEUED
    assert job.request == ended.request
    assert job.request.continues == finished.id


async def test_again_on_what_cannot_be_continued_any_more_says_why(
    server: Server, counter: Counter, finished: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = await server.bob.click(server.card(), label="Continue")
    await server.bob.submit_modal(shown, {"prompt": "Then it sinks"})
    await counter.fail_job()
    await counter.jobs.forget_text(finished.id)

    result = await server.alice.click(server.card(), label="Again")

    assert "needs the relay’s whole answer" in private_answer(result)
    assert await counter.jobs.open_jobs() == []


async def test_a_form_of_somebody_else_is_left_alone(server: Server, counter: Counter) -> None:
    """Forms of other extensions are theirs to answer."""
    form = discord.ui.Modal(title="Other", custom_id="other:form")
    form.add_item(discord.ui.Label(text="?", component=discord.ui.TextInput(custom_id="prompt")))

    @counter.bot.tree.command(name="other", description="Another extension")
    async def other(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(form)

    await counter.bot.tree.sync()
    shown = await server.bob.slash(server.channel, "other")

    result = await server.bob.submit_modal(shown, {"prompt": "x"})

    assert not result.acknowledged
    assert await counter.jobs.open_jobs() == []


async def locked(_job_id: str) -> Job | None:
    raise StorageError("storage-locked")
