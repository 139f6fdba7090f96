"""What no honest client sends: stale and forged commands, values, buttons, forms and ids.

All of it is answered once, privately and in words; nobody loses anything, and nothing of it is an
error of the bot's.
"""

import copy
import gc
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.app import Application
from bot.demo.relay import SampleRelay
from bot.domain.jobs import JobStatus
from tests.demo.wire import SMALL
from tests.wire import payloads
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.live import live
from tests.wire.stand import Clock
from tests.wire.state import Interaction, Member, Message, Payload

pytestmark = pytest.mark.unmeasured

COMMAND, PRESS, TYPING, FORM = 2, 3, 4, 5
TEXT, NUMBER, USER, MENTIONABLE, FILE = 3, 4, 6, 9, 11
NOBODYS = "f" * 16
BOAT: Payload = {"name": "prompt", "type": TEXT, "value": "a boat"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Bob's video is being made, and others want what is not theirs."""

    server: LoopbackDiscord
    place: Place
    app: Application
    relay: SampleRelay
    bob: Member
    card: Message
    job: str

    async def sent(self, kind: int, details: Payload, *, who: Member | None = None) -> str:
        """What is answered to an event of Alice's."""
        event = await self.server.forge(who or self.place.alice, self.place.channel, kind, details)
        return await answer(self.server, event)

    async def pressed(self, custom_id: str, **details: Any) -> str:
        """What Alice is told when a message of the bot has such a button."""
        message = copy.copy(self.card)
        button = {"type": 2, "style": 2, "label": "Forged", "custom_id": custom_id}
        message.components = [{"type": 1, "components": [button]}]
        press = {"custom_id": custom_id, "component_type": 2, **details}
        event = await self.server.forge(
            self.place.alice, self.place.channel, PRESS, press, on=message
        )
        return await answer(self.server, event)

    async def nothing_was_lost(self) -> None:
        shown = await self.server.slash(self.place.alice, self.place.channel, "quota")
        (job,) = await self.app.bot.desk.cancel.jobs.open_jobs()
        assert "3 of 3 left" in await answer(self.server, shown)
        assert (job.id, job.status) == (self.job, JobStatus.RUNNING)


async def answer(server: LoopbackDiscord, event: Interaction) -> str:
    """The one private message that an event was answered with."""

    def given() -> Message | None:
        made = [server.message(number) for number in event.message_ids]
        return next((m for m in made if m.ephemeral and m.text), None)

    return (await server.wait_for(given)).text


@pytest.fixture(autouse=True)
def nothing_is_an_error(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with capture_logs() as events:
        yield
    gc.collect()  # a task that nobody looks after tells of its exception then
    assert [event for event in events if event["log_level"] in ("error", "critical")] == []
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.fixture
async def scene(server: LoopbackDiscord, place: Place, tmp_path: Path) -> AsyncIterator[Scene]:
    async with SampleRelay(pace=0, film=SMALL) as relay, live(relay, tmp_path, Clock()) as made:
        relay.gate.clear()
        await server.connected()
        bob = server.member(place.guild, 301, name="Bob")
        card = server.original(await server.slash(bob, place.channel, "video", prompt="a cat"))
        await server.wait_for(lambda: "90 %" in card.text)
        job = card.buttons["Cancel"]["custom_id"].rpartition(":")[2]
        yield Scene(
            server=server, place=place, app=made.app, relay=relay, bob=bob, card=card, job=job
        )
        relay.gate.set()
    assert server.unguarded() == []


def use(name: str, *options: Any, resolved: Any = None, **more: Any) -> Payload:
    found: Payload = {"id": "1", "name": name, "type": 1, "options": list(options), **more}
    return found if resolved is None else {**found, "resolved": resolved}


def of_quota(verb: str, *options: Any, resolved: Any = None) -> Payload:
    inner = {"name": verb, "type": 1, "options": list(options)}
    outer = {"name": "quota", "type": 2, "options": [inner]}
    return use("video-admin", outer, resolved=resolved)


def option(name: str, kind: int, value: Any, **more: Any) -> Payload:
    return {"name": name, "type": kind, "value": value, **more}


UNDECLARED: dict[str, Payload] = {
    "an unknown command": use("nosuch"),
    "a context menu": use("video", type=3, target_id="1"),
    "no options": {"id": "1", "name": "video", "type": 1},
    "options that are none": {"id": "1", "name": "video", "type": 1, "options": None},
    "an option that is none": use("video", None),
    "a missing option": use("video"),
    "an unknown option": use("video", BOAT, option("nosuch", TEXT, "x")),
    "an unknown subcommand": of_quota("steal"),
    "a group alone": use("video-admin"),
    "another kind of option": use("video", option("prompt", NUMBER, "a boat")),
    **{
        f"a prompt that is {value!r}": use("video", option("prompt", TEXT, value))
        for value in (5, None, True, ["a"], {"a": 1})
    },
    **{
        f"seconds that are {value!r}": use("video", BOAT, option("seconds", NUMBER, value))
        for value in ("5", "٣", 1.5, True, None)
    },
    "a model that is a number": use("video", BOAT, option("model", TEXT, 5)),
    "an image that is not there": use("video", BOAT, option("image", FILE, "123")),
    "an image that is a list": use("video", BOAT, option("image", FILE, ["123"])),
    "a choice of old": of_quota(
        "set", option("allowance", TEXT, "5"), option("period", TEXT, "year")
    ),
    "somebody who is not there": of_quota(
        "set", option("allowance", TEXT, "5"), option("target", MENTIONABLE, "999")
    ),
}


async def test_a_command_that_is_not_as_declared_is_answered_in_words(scene: Scene) -> None:
    said = {label: await scene.sent(COMMAND, data) for label, data in UNDECLARED.items()}

    assert [label for label, text in said.items() if "does not fit this version" not in text] == []
    await scene.nothing_was_lost()


async def test_a_value_that_is_not_on_offer_is_answered_in_words(scene: Scene) -> None:
    expected = [
        (option("seconds", NUMBER, -1), "cannot make a video of"),
        (option("seconds", NUMBER, 2**63), "cannot make a video of 9223372036854775808 s"),
        (option("model", TEXT, "m" * 6000), "There is no model “mmm"),
        (option("model", TEXT, "@everyone <@1>"), "There is no model “@\u200beveryone"),
        (option("ratio", TEXT, "https://evil.example/x"), "cannot make https:\u200b//evil"),
        (option("ratio", TEXT, "\u202e9:16\x00"), "cannot make 9:16."),
        (option("prompt", TEXT, "z" * 5000), "The prompt has 5,000 characters"),
        (option("prompt", TEXT, "\u200b\u202e\n "), "The prompt is empty"),
    ]

    for given, says in expected:
        options = [given] if given["name"] == "prompt" else [BOAT, given]
        assert says in await scene.sent(COMMAND, use("video", *options))
    await scene.nothing_was_lost()


async def test_what_moderators_send_is_looked_at_as_well(scene: Scene) -> None:
    mod = scene.server.member(scene.place.guild, 302, name="Mod", permissions=1 << 5)
    whole = payloads.member(scene.bob)
    user = whole.pop("user")
    known = {"users": {"301": user}, "members": {"301": whole}}
    reason = option("reason", TEXT, "thanks")

    async def grant(amount: int, why: Payload = reason, resolved: Any = known) -> str:
        member = option("member", USER, "301")
        asked = of_quota("grant", member, option("credits", NUMBER, amount), why, resolved=resolved)
        return await scene.sent(COMMAND, asked, who=mod)

    for amount in (0, -1, 10**7, 2**70):
        assert "not an amount of credits" in await grant(amount)
    for words in ("", " ", "r" * 201, "🛶" * 5000):
        said = await grant(1, option("reason", TEXT, words))
        assert "a reason of at most 200 characters" in said
    assert "not a member of this server" in await grant(1, resolved={"users": {"301": user}})
    assert "granted 1 credit" in await grant(1)


async def test_members_may_not_do_what_moderators_may(scene: Scene) -> None:
    said = await scene.sent(COMMAND, of_quota("set", option("allowance", TEXT, "unlimited")))

    assert "Only members who may manage this server" in said
    await scene.nothing_was_lost()


FOREIGN = "belongs to another version of the bot"
NOT_YOURS = "Only the member who asked"
NOT_IN_LIBRARY = "not in your library"


async def test_buttons_of_others_and_of_nobody_do_nothing(scene: Scene) -> None:
    expected = {
        f"video:cancel:{scene.job}": NOT_YOURS,
        f"video:confirm:{scene.job}": NOT_YOURS,
        f"video:delete:{scene.job}": NOT_YOURS,
        f"videos:remove:{scene.job}": NOT_YOURS,
        f"video:continue:{scene.job}": "no finished video here",
        f"videos:open:{scene.job}": NOT_IN_LIBRARY,
        f"videos:post:{scene.job}": NOT_IN_LIBRARY,
        f"videos:send:{scene.job}": NOT_IN_LIBRARY,
        f"videos:delete:{scene.job}": NOT_IN_LIBRARY,
        f"videos:sure:{scene.job}": NOT_IN_LIBRARY,
        f"video:cancel:{NOBODYS}": "not known any more",
        f"video:again:{NOBODYS}": "not known any more",
        f"video:result:{NOBODYS}": "not known any more",
        "videos:page:0": "Nothing of yours",
        "videos:page:9999": "Nothing of yours",
        f"video:explode:{scene.job}": FOREIGN,
        f"video:cancel:{scene.job}:extra": FOREIGN,
        f"video:cancel:{scene.job.upper()}X": FOREIGN,
        f"video:cancel:{scene.job}\n": FOREIGN,
        "videos:page:-1": FOREIGN,
        "videos:page:٣": FOREIGN,
        "videos:page:12345": FOREIGN,
        "videos:::": FOREIGN,
        "video:" + "x" * 94: FOREIGN,
    }

    said = {custom_id: await scene.pressed(custom_id) for custom_id in expected}

    assert {key: text for key, text in said.items() if expected[key] not in text} == {}
    await scene.nothing_was_lost()


async def test_a_press_on_a_message_without_that_button_does_nothing(scene: Scene) -> None:
    cancel = f"video:cancel:{scene.job}"
    press = {"custom_id": cancel, "component_type": 2}

    assert FOREIGN in await scene.sent(PRESS, press, who=scene.bob)
    assert FOREIGN in await scene.pressed(cancel, component_type=3, values=["a"])
    assert FOREIGN in await scene.pressed(cancel, component_type=99)
    await scene.nothing_was_lost()


async def test_ids_of_another_server_are_not_known_here(scene: Scene) -> None:
    elsewhere = scene.server.guild(101)
    away = scene.server.channel(elsewhere, 201)
    bob = scene.server.member(elsewhere, scene.bob.id, name="Bob")
    moderator = scene.server.member(elsewhere, 303, name="Mod", permissions=1 << 5)
    form = {"custom_id": f"video:continue:{scene.job}", "components": typed("go on")}

    for member in (bob, moderator):
        event = await scene.server.forge(member, away, FORM, form)
        assert "not known any more" in await answer(scene.server, event)
    for verb in ("cancel", "confirm", "delete", "again", "prompt", "result"):
        press = {"custom_id": f"video:{verb}:{scene.job}", "component_type": 2}
        message = copy.copy(scene.card)
        message.components = [{"type": 1, "components": [{"type": 2, "style": 2, **press}]}]
        event = await scene.server.forge(moderator, away, PRESS, press, on=message)
        assert "not known any more" in await answer(scene.server, event)
    await scene.nothing_was_lost()


def typed(value: Any, field: str = "prompt") -> list[Payload]:
    text = {"type": 4, "id": 2, "custom_id": field, "value": value}
    return [{"type": 18, "id": 1, "component": text}]


async def test_forms_that_never_were_do_nothing(scene: Scene) -> None:
    expected = {
        f"video:continue:{scene.job}": "no finished video here",
        f"video:continue:{NOBODYS}": "not known any more",
        "video:never:1": FOREIGN,
        f"video:continue:{scene.job}:x": FOREIGN,
        "video:" + "x" * 94: FOREIGN,
    }

    said = {
        key: await scene.sent(FORM, {"custom_id": key, "components": typed("go on")})
        for key in expected
    }

    assert {key: text for key, text in said.items() if expected[key] not in text} == {}
    await scene.nothing_was_lost()


async def test_a_form_that_holds_no_prompt_is_an_empty_one(scene: Scene) -> None:
    scene.relay.gate.set()
    await scene.server.wait_for(lambda: "Continue" in scene.card.buttons)
    custom_id = f"video:continue:{scene.job}"
    forms: list[Any] = [[], [None], None, "abc", [{"component": None}], [{"component": "x"}]]
    forms += [typed(None), typed({"a": 1}), typed(" "), typed("go on", "other")]

    said = [
        await scene.sent(FORM, {"custom_id": custom_id, "components": parts}) for parts in forms
    ]

    assert [text for text in said if "The prompt is empty" not in text] == []


SUGGESTED: dict[str, tuple[Payload, int]] = {
    "half a model": (use("video", option("model", TEXT, "so", focused=True)), 2),
    "a very long model": (use("video", option("model", TEXT, "x" * 6000, focused=True)), 0),
    "half a number": (use("video", option("seconds", NUMBER, "", focused=True)), 3),
    "a whole number": (use("video", option("seconds", NUMBER, 4, focused=True)), 1),
    "an odd model beside it": (
        use("video", option("model", TEXT, 5), option("ratio", TEXT, "", focused=True)),
        0,
    ),
    "an unknown model beside it": (
        use("video", option("model", TEXT, "x"), option("ratio", TEXT, "", focused=True)),
        2,
    ),
    **{
        f"a model that is {value!r}": (use("video", option("model", TEXT, value, focused=True)), 0)
        for value in (5, None, ["a"], {"a": 1})
    },
    "an unknown command": (use("nosuch", option("model", TEXT, "x", focused=True)), 0),
    "an unknown option": (use("video", option("nosuch", TEXT, "x", focused=True)), 0),
    "an option without suggestions": (use("video", option("prompt", TEXT, "x", focused=True)), 0),
    "nothing that is typed": (use("video", option("model", TEXT, "x")), 0),
    "a huge allowance": (of_quota("set", option("allowance", TEXT, "9" * 6000, focused=True)), 0),
    "another script": (of_quota("set", option("allowance", TEXT, "٣", focused=True)), 0),
}


async def test_suggestions_are_made_whatever_is_typed(scene: Scene) -> None:
    counts = {}
    for label, (data, _) in SUGGESTED.items():
        event = await scene.server.forge(scene.place.alice, scene.place.channel, TYPING, data)
        assert event.response is not None
        assert event.response["type"] == 8
        counts[label] = len(event.response["data"]["choices"])

    assert counts == {label: count for label, (_, count) in SUGGESTED.items()}
    await scene.nothing_was_lost()
