"""Which part of the bot's servers a process serves, and what it calls itself."""

from pathlib import Path

import pytest

from bot.domain.errors import SettingsError
from bot.settings import Settings, load_settings

TOKEN = "OTAwMDAwMDAwMDAwMDAwMDAx.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB"
POSTGRES = "postgres://clapper@localhost/clapper"


def loaded(monkeypatch: pytest.MonkeyPatch, **given: str) -> Settings:
    for name, value in {"DISCORD_TOKEN": TOKEN, **given}.items():
        monkeypatch.setenv(name, value)
    return load_settings(for_="check")


def test_a_process_serves_everything_unless_it_is_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    settings = loaded(monkeypatch, DATA_DIR=str(folder))

    assert settings.shards == (0,)
    assert settings.worker_name == "900000000000000001: shards 0 of 1"
    assert settings.process_dir == folder


def test_a_process_of_several_serves_its_shards_and_has_a_folder_of_its_own(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    given = {"SHARD_COUNT": "8", "SHARD_IDS": "7, 1,0,2", "DATABASE_URL": POSTGRES}

    settings = loaded(monkeypatch, DATA_DIR=str(folder), **given)

    assert settings.shards == (0, 1, 2, 7)
    assert settings.worker_name == "900000000000000001: shards 0-2,7 of 8"
    assert settings.process_dir == folder / "shards-0-2,7-of-8"


def test_shards_may_stand_in_the_file_as_a_list(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    (folder / "clapper.toml").write_text("shard_count = 4\nshard_ids = [3, 2]")

    assert loaded(monkeypatch, DATABASE_URL=POSTGRES).shards == (2, 3)


def test_one_process_may_have_all_of_several_shards_on_sqlite(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert loaded(monkeypatch, SHARD_COUNT="3").shards == (0, 1, 2)
    assert loaded(monkeypatch, SHARD_COUNT="3", SHARD_IDS="2,1,0").alone


def test_shards_for_other_processes_need_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(monkeypatch, SHARD_COUNT="2", SHARD_IDS="1")

    (problem,) = caught.value.problems
    assert (problem.code, problem.params["name"]) == ("setting-shards-sqlite", "SHARD_IDS")


def test_a_token_without_an_id_still_names_its_application(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = loaded(monkeypatch, DISCORD_TOKEN="doubtful.GabcDE.secret")

    assert settings.application == "doubtful"
    assert "secret" not in settings.worker_name
