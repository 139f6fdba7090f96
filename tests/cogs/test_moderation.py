"""`/video-admin` as a moderator types it, and as others try to."""

from typing import Any

import pytest

from storage.database import Database
from tests.cogs.counter import Counter, open_counter
from tests.cogs.server import Server, private_answer


async def test_sets_a_members_allowance(server: Server, counter: Counter) -> None:
    result = await server.mod.slash(
        server.channel, "video-admin quota set", target=server.alice, allowance="7", period="week"
    )

    assert "7 credits a week" in private_answer(result)
    assert await counter.left(server.alice, server.guild.id) == 7
    assert await counter.left(server.bob, server.guild.id) == 3


async def test_sets_the_whole_servers_allowance(server: Server, counter: Counter) -> None:
    result = await server.mod.slash(server.channel, "video-admin quota set", allowance="unlimited")

    assert "Every member of this server now has no limit" in private_answer(result)
    assert await counter.left(server.bob, server.guild.id) is None


async def test_sets_a_roles_allowance(server: Server, counter: Counter) -> None:
    fans = server.guild.create_role("fans")
    carol = server.guild.add_member(server.env.create_user("carol"), roles=[fans])

    await server.mod.slash(
        server.channel, "video-admin quota set", target=fans, allowance="5", period="day"
    )
    result = await carol.slash(server.channel, "quota")

    assert "5 of 5 left today" in private_answer(result)
    assert f"<@&{fans.id}>" in private_answer(result)


async def test_goes_back_to_the_default(server: Server, counter: Counter) -> None:
    await server.mod.slash(
        server.channel, "video-admin quota set", target=server.alice, allowance="0"
    )
    assert await counter.left(server.alice, server.guild.id) == 0

    result = await server.mod.slash(
        server.channel, "video-admin quota set", target=server.alice, allowance="default"
    )

    assert "no allowance of their own any more" in private_answer(result)
    assert await counter.left(server.alice, server.guild.id) == 3


@pytest.mark.parametrize("allowance", ["many", "-1", "1.5", "99999999", "١"])
async def test_refuses_what_is_no_allowance(
    server: Server, counter: Counter, allowance: str
) -> None:
    result = await server.mod.slash(server.channel, "video-admin quota set", allowance=allowance)

    assert "That is not an allowance" in private_answer(result)
    assert await counter.left(server.alice, server.guild.id) == 3


async def test_grants_credits_that_end(server: Server, counter: Counter) -> None:
    result = await server.mod.slash(
        server.channel,
        "video-admin quota grant",
        member=server.alice,
        credits=4,
        reason="won the contest",
        expires="2w",
    )
    quota = await server.alice.slash(server.channel, "quota")

    assert "was granted 4 credits, which end <t:" in private_answer(result)
    assert "4 granted credits on top" in private_answer(quota)
    assert "won the contest" in private_answer(quota)


async def test_takes_back_what_is_left_of_grants(server: Server, counter: Counter) -> None:
    await server.mod.slash(
        server.channel, "video-admin quota grant", member=server.alice, credits=2, reason="gift"
    )

    result = await server.mod.slash(
        server.channel, "video-admin quota revoke", member=server.alice, credits=9, reason="oops"
    )

    assert "2 granted credits were taken back" in private_answer(result)


async def test_resets_the_period(server: Server, counter: Counter) -> None:
    await counter.spend(3, server.alice.id, server.guild.id)

    result = await server.mod.slash(
        server.channel, "video-admin quota reset", member=server.alice, reason="relay was down"
    )

    assert "full allowance" in private_answer(result)
    assert await counter.left(server.alice, server.guild.id) == 3


async def test_shows_the_rule_that_decides(server: Server, counter: Counter) -> None:
    await server.mod.slash(server.channel, "video-admin quota set", allowance="9")

    result = await server.mod.slash(server.channel, "video-admin quota show", member=server.alice)

    assert "Credits of alice" in private_answer(result)
    assert "the server’s allowance" in private_answer(result)


async def test_blocks_and_unblocks_a_member(server: Server, counter: Counter) -> None:
    await server.mod.slash(server.channel, "video-admin block", member=server.alice, reason="spam")
    refused = await server.alice.slash(server.channel, "video", prompt="A boat")
    freed = await server.mod.slash(server.channel, "video-admin unblock", member=server.alice)
    again = await server.mod.slash(server.channel, "video-admin unblock", member=server.alice)

    assert "spam" in private_answer(refused)
    assert "can make videos here again" in private_answer(freed)
    assert "is not blocked" in private_answer(again)


async def test_pauses_and_resumes_the_server(server: Server, counter: Counter) -> None:
    await server.mod.slash(server.channel, "video-admin pause", reason="maintenance")
    refused = await server.alice.slash(server.channel, "video", prompt="A boat")
    resumed = await server.mod.slash(server.channel, "video-admin resume")

    assert "maintenance" in private_answer(refused)
    assert "Videos are made on this server again" in private_answer(resumed)


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("quota set", {"allowance": "unlimited"}),
        ("quota set", {"allowance": "default"}),
        ("pause", {"reason": "because"}),
        ("resume", {}),
    ],
)
async def test_refuses_who_may_not_manage_the_server(
    server: Server, counter: Counter, command: str, options: dict[str, Any]
) -> None:
    server.reveal("video-admin", server.alice)

    result = await server.alice.slash(server.channel, f"video-admin {command}", **options)

    assert "Only members who may manage this server" in private_answer(result)
    assert await counter.left(server.alice, server.guild.id) == 3


async def test_obeys_holders_of_the_moderator_role(
    server: Server, counter: Counter, database: Database
) -> None:
    keepers = server.guild.create_role("keepers")
    keeper = server.guild.add_member(server.env.create_user("keeper"), roles=[keepers])
    server.reveal("video-admin", keeper)
    fresh = open_counter(database, counter.folder, moderator_role=keepers.id)
    await server.env.restart_bot(fresh.bot)

    await keeper.slash(server.channel, "video-admin quota set", allowance="8")

    assert await counter.left(server.alice, server.guild.id) == 8


async def test_hides_the_commands_from_members_by_default(server: Server) -> None:
    assert "video-admin pause" not in server.alice.available_commands(server.channel)
    assert "video-admin pause" in server.mod.available_commands(server.channel)
