"""`check`: a line for each thing, what is wrong with it, and an exit code to go by."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.encoder_child import lacking
from storage.database import Database
from tests.cli.conftest import Clapper, Ended
from tests.cli.relay import KEY, Relay
from tests.cli.test_backup import PAID_WITHOUT_A_HOLD

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB"
SERVER = "123456789012345678"


def line(ended: Ended, subject: str) -> str:
    (found,) = [each for each in ended.out.splitlines() if f" {subject}: " in each]
    return found


def level(ended: Ended, subject: str) -> str:
    return line(ended, subject).split()[0]


@pytest.fixture
def complete(relay: Relay, folder: Path) -> dict[str, str]:
    """Settings with which everything is well."""
    data = str(folder / "data")
    return relay.settings(DISCORD_TOKEN=TOKEN, ALLOWED_SERVERS=SERVER, DATA_DIR=data)


async def test_all_is_well(clapper: Clapper, folder: Path, complete: dict[str, str]) -> None:
    ended = await clapper("check", **complete)

    assert ended.code == 0, ended.out
    subjects = ["Settings", "Token", "Database", "Relay", "Model", "Clock", "Disk", "Encoder"]
    assert [level(ended, subject) for subject in subjects] == ["OK"] * 8
    assert "123456789012345678" in line(ended, "Token")
    assert not (folder / "data").exists(), "check changes nothing"


async def test_missing_settings_are_problems_and_the_rest_is_still_looked_at(
    clapper: Clapper,
) -> None:
    ended = await clapper("check")

    assert ended.code == 1
    problems = [each for each in ended.out.splitlines() if each.startswith("Problem")]
    assert len(problems) == 3
    assert level(ended, "Encoder") == "OK"


async def test_malformed_settings_are_problems(clapper: Clapper, complete: dict[str, str]) -> None:
    ended = await clapper("check", **{**complete, "MAX_RUNNING": "hunter2", "TIMEZONE": "Nowhere"})

    assert ended.code == 1
    assert ended.out.count("Problem") == 2
    assert "hunter2" not in ended.out + ended.err


async def test_what_is_missing_is_told_beside_what_is_malformed(clapper: Clapper) -> None:
    ended = await clapper("check", DISCORD_TOKEN="hello")

    assert ended.code == 1
    for name in ("DISCORD_TOKEN", "RELAY_BASE_URL", "RELAY_API_KEY"):
        assert ended.out.count(name) == 1
    assert ended.out.count("Problem") == 3


async def test_a_bot_open_to_every_server_is_warned_about(
    clapper: Clapper, complete: dict[str, str]
) -> None:
    ended = await clapper("check", **{**complete, "ALLOWED_SERVERS": ""})

    assert ended.code == 0
    assert "ALLOWED_SERVERS" in ended.out


async def test_a_misspelt_name_is_pointed_out(
    clapper: Clapper, folder: Path, complete: dict[str, str]
) -> None:
    (folder / ".env").write_text("MAX_WAITNG=2\n")

    ended = await clapper("check", **complete)

    assert "MAX_WAITING" in ended.out


async def test_a_refused_key_is_a_problem(clapper: Clapper, complete: dict[str, str]) -> None:
    ended = await clapper("check", **{**complete, "RELAY_API_KEY": "sk-wrong-key"})

    assert ended.code == 1
    assert level(ended, "Relay") == "Problem"
    assert "sk-wrong-key" not in ended.out + ended.err


async def test_a_relay_without_a_list_of_models_is_a_warning(
    clapper: Clapper, relay: Relay, complete: dict[str, str]
) -> None:
    relay.models = None

    ended = await clapper("check", **complete)

    assert ended.code == 0
    assert level(ended, "Relay") == "Warning"


async def test_a_model_that_the_relay_does_not_list_is_a_warning(
    clapper: Clapper, relay: Relay, complete: dict[str, str]
) -> None:
    relay.models = ["veo-9"]

    ended = await clapper("check", **complete)

    assert ended.code == 0
    assert level(ended, "Model") == "Warning"
    assert "does not list sora-2" in line(ended, "Model")


VEO = """
[[models]]
id = "veo"
label = "Veo"
name = "veo-{orientation}-{seconds}s"
seconds = [4, 8]
ratios = ["16:9", "9:16"]
"""


async def test_a_template_is_compared_by_every_name_that_it_stands_for(
    clapper: Clapper, folder: Path, relay: Relay, complete: dict[str, str]
) -> None:
    (folder / "clapper.toml").write_text(VEO)
    relay.models = ["veo-landscape-4s", "veo-landscape-8s", "veo-portrait-4s", "veo-portrait-8s"]

    assert "lists all 4 names" in line(await clapper("check", **complete), "Model")

    relay.models.pop()
    ended = await clapper("check", **complete)

    assert "lists 3 of its 4 names, but not veo-portrait-8s." in line(ended, "Model")


async def test_many_missing_names_are_one_line(
    clapper: Clapper, folder: Path, complete: dict[str, str]
) -> None:
    many = VEO.replace("[4, 8]", "[4, 6, 8, 10, 12]")
    (folder / "clapper.toml").write_text(many)

    ended = await clapper("check", **complete)

    assert level(ended, "Model") == "Warning"
    assert "none of its 10 names" in line(ended, "Model")
    assert "(+6)" in line(ended, "Model")
    assert len(line(ended, "Model")) < 300


async def test_models_of_a_relay_that_lists_none_are_named_with_it(
    clapper: Clapper, folder: Path, relay: Relay, complete: dict[str, str]
) -> None:
    second = f'[relays.second]\nbase_url = "{relay.url}"\napi_key_env = "SECOND_KEY"\n'
    (folder / "clapper.toml").write_text(f'{second}{VEO}relay = "second"\n')

    ended = await clapper("check", **complete, SECOND_KEY="sk-wrong-key")

    told = next(each for each in ended.out.splitlines() if "second" in each)
    assert told.startswith("Problem")
    assert "Veo" in told
    assert "api_key_env" in told


async def test_a_relay_that_is_down_is_a_problem(
    clapper: Clapper, complete: dict[str, str]
) -> None:
    ended = await clapper("check", **{**complete, "RELAY_BASE_URL": "http://127.0.0.1:9/v1"})

    assert ended.code == 1
    assert level(ended, "Relay") == "Problem"


async def test_a_clock_that_is_off_is_a_warning(
    clapper: Clapper, relay: Relay, complete: dict[str, str]
) -> None:
    relay.skew = 600

    ended = await clapper("check", **complete)

    assert ended.code == 0
    assert level(ended, "Clock") == "Warning"


async def test_a_token_without_an_id_is_a_warning(
    clapper: Clapper, complete: dict[str, str]
) -> None:
    ended = await clapper("check", **{**complete, "DISCORD_TOKEN": "abc.def.ghi"})

    assert level(ended, "Token") == "Warning"


async def test_a_file_that_is_no_database_is_a_problem(
    clapper: Clapper, folder: Path, complete: dict[str, str]
) -> None:
    file = folder / "notes.db"
    file.write_text("These are notes, not a database. " * 100)
    before = file.read_bytes()

    ended = await clapper("check", **complete, DATABASE_URL=f"sqlite:///{file}")

    assert ended.code == 1
    assert level(ended, "Database") == "Problem"
    assert file.read_bytes() == before


async def test_an_empty_database_would_be_migrated_and_is_left_alone(
    clapper: Clapper, folder: Path, complete: dict[str, str]
) -> None:
    file = folder / "empty.db"
    sqlite3.connect(file).close()
    file.touch()

    ended = await clapper("check", **complete, DATABASE_URL=f"sqlite:///{file}")

    assert ended.code == 0
    assert "migration" in line(ended, "Database")
    assert file.stat().st_size == 0


async def test_a_ledger_is_held_to_its_laws(
    clapper: Clapper, folder: Path, complete: dict[str, str]
) -> None:
    file = folder / "clapper.db"
    await (await Database.open(f"sqlite:///{file}")).close()
    url = f"sqlite:///{file}"

    well = await clapper("check", **complete, DATABASE_URL=url)
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute(PAID_WITHOUT_A_HOLD)
    broken = await clapper("check", **complete, DATABASE_URL=url)

    assert (well.code, level(well, "Ledger")) == (0, "OK")
    assert (broken.code, level(broken, "Ledger")) == (0, "Warning"), "the bot starts all the same"
    assert "price-not-held:00000000000000aa" in line(broken, "Ledger")


async def test_a_database_that_is_gone_is_a_problem(
    clapper: Clapper, folder: Path, complete: dict[str, str]
) -> None:
    file = folder / "clapper.db"
    await (await Database.open(f"sqlite:///{file}")).close()
    os.unlink(file)  # noqa: PTH108 (a quick call)

    ended = await clapper("check", **complete, DATABASE_URL=f"sqlite:///{file}")

    assert ended.code == 1
    assert level(ended, "Database") == "Problem"
    assert f"{file}.known" in line(ended, "Database")


async def test_a_database_of_a_newer_clapper_is_a_problem(
    clapper: Clapper, folder: Path, complete: dict[str, str]
) -> None:
    file = folder / "newer.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
    database.close()

    ended = await clapper("check", **complete, DATABASE_URL=f"sqlite:///{file}")

    assert ended.code == 1
    assert "newer Clapper" in line(ended, "Database")


async def test_a_database_server_that_is_down_is_a_problem(
    clapper: Clapper, complete: dict[str, str]
) -> None:
    url = "postgres://clapper:hunter2-password@127.0.0.1:9/clapper"

    ended = await clapper("check", **complete, DATABASE_URL=url)

    assert ended.code == 1
    assert level(ended, "Database") == "Problem"
    assert "hunter2" not in ended.out + ended.err


async def test_a_folder_that_cannot_be_written_is_a_problem(
    clapper: Clapper, folder: Path, complete: dict[str, str]
) -> None:
    blocked = folder / "a-file"
    blocked.write_text("")

    ended = await clapper("check", **{**complete, "DATA_DIR": str(blocked / "data")})

    assert ended.code == 1
    assert level(ended, "Disk") == "Problem"


def test_the_encoder_is_really_tried() -> None:
    assert lacking() == []


async def test_no_secret_is_printed(clapper: Clapper, complete: dict[str, str]) -> None:
    ended = await clapper("check", **complete, LOG_LEVEL="debug")

    assert TOKEN not in ended.out + ended.err
    assert KEY not in ended.out + ended.err
