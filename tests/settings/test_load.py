"""Where settings come from, which are needed, and what is said of bad ones."""

from pathlib import Path

import pytest

from bot.domain.errors import SettingProblem, SettingsError
from bot.domain.ledger import Period
from bot.settings import Settings, load_settings
from bot.settings.load import unknown_in_dotenv

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB"
NEEDED = {
    "DISCORD_TOKEN": TOKEN,
    "RELAY_BASE_URL": "https://relay.example/v1",
    "RELAY_API_KEY": "sk-relay-key",
}


@pytest.fixture
def needed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)


def problems(purpose: str = "check") -> list[SettingProblem]:
    with pytest.raises(SettingsError) as caught:
        load_settings(for_=purpose)  # type: ignore[arg-type]  # a test's parameter
    return list(caught.value.problems)


def test_three_settings_are_enough_to_run(needed: None) -> None:
    settings = load_settings(for_="run")

    assert settings.discord_token.get_secret_value() == TOKEN
    assert settings.relays["default"].base_url == "https://relay.example/v1"
    assert settings.relays["default"].api_key.get_secret_value() == "sk-relay-key"
    assert settings.limits.default_credits == 3
    assert settings.limits.default_period is Period.DAY
    assert [model.id for model in settings.catalogue] == ["sora-2"]
    assert settings.catalogue.default.price(None) == 1


def test_each_missing_setting_is_named() -> None:
    found = problems("run")

    assert [problem.code for problem in found] == ["setting-missing"] * 3
    assert {str(problem.params["name"]) for problem in found} == NEEDED.keys()


def test_generate_needs_no_discord_token() -> None:
    names = [problem.params["name"] for problem in problems("generate")]

    assert names == ["RELAY_BASE_URL", "RELAY_API_KEY"]


def test_the_environment_wins_over_dotenv_and_dotenv_over_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "clapper.toml").write_text('max_running = 7\nmax_waiting = 7\ntimezone = "UTC"')
    (folder / ".env").write_text("MAX_RUNNING=8\nMAX_WAITING=8\n")
    monkeypatch.setenv("MAX_RUNNING", "9")

    settings = load_settings(for_="check")

    assert (settings.max_running, settings.max_waiting) == (9, 8)


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFAULT_CREDITS", "")

    assert load_settings(for_="check").default_credits == 3


def test_a_mark_at_the_start_of_dotenv_is_no_part_of_the_first_name(folder: Path) -> None:
    (folder / ".env").write_bytes(b"\xef\xbb\xbfMAX_RUNNING=8\r\n")

    assert load_settings(for_="check").max_running == 8


def test_settings_made_in_code_do_not_see_the_environment(needed: None) -> None:
    assert not Settings().discord_token


@pytest.mark.parametrize(
    "written", [f'"{TOKEN}"', f"Bot {TOKEN}", f"  {TOKEN}\n", f"'Bot {TOKEN}'"]
)
def test_a_token_is_mended(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", written)

    assert load_settings(for_="check").discord_token.get_secret_value() == TOKEN


def test_a_key_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_API_KEY", " Bearer sk-1234 ")

    assert load_settings(for_="check").relay_api_key.get_secret_value() == "sk-1234"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("DISCORD_TOKEN", "123456789012345678", "setting-token"),
        ("DISCORD_TOKEN", "not a token", "setting-token"),
        ("RELAY_API_KEY", "two words", "setting-key"),
        ("RELAY_API_KEY", "schlüssel", "setting-key"),
        ("RELAY_BASE_URL", "relay.example", "setting-url"),
        ("RELAY_BASE_URL", "ftp://relay.example", "setting-url"),
        ("RELAY_BASE_URL", "https://[::1", "setting-url"),
        ("RELAY_BASE_URL", "https://relay.example:99999", "setting-url"),
        ("RELAY_BASE_URL", "https://user:pass@relay.example", "setting-url-password"),
        ("DATABASE_URL", "mysql://localhost/clapper", "setting-database"),
        ("DATABASE_URL", "clapper.db", "setting-database"),
        ("DEFAULT_CREDITS", "many", "setting-credits"),
        ("DEFAULT_CREDITS", "-1", "setting-credits"),
        ("DEFAULT_PERIOD", "year", "setting-choice"),
        ("LOG_LEVEL", "loud", "setting-choice"),
        ("LOG_FORMAT", "xml", "setting-choice"),
        ("ALLOWED_SERVERS", "my server", "setting-id"),
        ("LOG_CHANNEL", "#general", "setting-id"),
        ("MAX_RUNNING", "one", "setting-whole-number"),
        ("MAX_RUNNING", "0", "setting-too-small"),
        ("MAX_RUNNING", "99999999", "setting-too-large"),
        ("RELAY_JOB_SECONDS", "an hour", "setting-number"),
        ("RELAY_JOB_SECONDS", "nan", "setting-number"),
        ("MEDIA_KEEP_GB", "0", "setting-not-above"),
        ("MEDIA_ORIGINS", "file:///etc", "setting-url"),
        ("TIMEZONE", "Berlin", "setting-timezone"),
        ("REFUND_CANCELLED", "perhaps", "setting-yes-no"),
        ("DISCORD_PROXY", "proxy:8080", "setting-url"),
        ("SHARD_COUNT", "0", "setting-too-small"),
        ("SHARD_COUNT", "101", "setting-too-large"),
        ("SHARD_COUNT", "two", "setting-whole-number"),
        ("SHARD_IDS", "first", "setting-shards"),
        ("SHARD_IDS", "-1", "setting-shards"),
        ("SHARD_IDS", "0-3", "setting-shards"),
        ("SHARD_IDS", "٣", "setting-shards"),
        ("SHARD_IDS", "9" * 500, "setting-shards"),
        ("SHARD_IDS", " , ", "setting-shards"),
        ("SHARD_IDS", "0,1,0", "setting-shard-twice"),
        ("SHARD_IDS", "1", "setting-shard-range"),
    ],
)
def test_a_malformed_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: str
) -> None:
    monkeypatch.setenv(name, value)

    (problem,) = problems()

    assert (problem.code, problem.params["name"]) == (code, name)
    assert repr(value) not in str(problem)


@pytest.mark.parametrize(
    ("name", "value", "attribute", "expected"),
    [
        ("DEFAULT_CREDITS", "Unlimited", "default_credits", None),
        ("DEFAULT_CREDITS", "0", "default_credits", 0),
        ("DEFAULT_PERIOD", "WEEK", "default_period", Period.WEEK),
        ("ALLOWED_SERVERS", "111111111111111111, 222222222222222222", "allowed_servers",
         frozenset({111111111111111111, 222222222222222222})),
        ("MEDIA_ORIGINS", "cdn.example, http://LOCAL:8080/path", "media_origins",
         ("https://cdn.example", "http://local:8080")),
        ("MODERATOR_ROLE", "<@&123456789012345678>", "moderator_role", 123456789012345678),
        ("LOG_LEVEL", "DEBUG", "log_level", "debug"),
        ("REFUND_CANCELLED", "yes", "refund_cancelled", True),
        ("TIMEZONE", "Asia/Tokyo", "timezone", "Asia/Tokyo"),
        ("MEDIA_KEEP_GB", "2.5", "media_keep_gb", 2.5),
    ],
)  # fmt: skip
def test_a_setting_is_understood(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, attribute: str, expected: object
) -> None:
    monkeypatch.setenv(name, value)

    assert getattr(load_settings(for_="check"), attribute) == expected


def test_all_problems_are_told_at_once(needed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_RUNNING", "none")
    monkeypatch.setenv("TIMEZONE", "Berlin")

    assert {str(problem.params["name"]) for problem in problems("run")} == {
        "MAX_RUNNING",
        "TIMEZONE",
    }


def test_the_database_is_a_file_in_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", "~/clapper")

    settings = load_settings(for_="check")

    assert settings.data_dir == Path.home() / "clapper"
    assert settings.database == f"sqlite:///{Path.home().as_posix()}/clapper/clapper.db"
    assert settings.inputs_dir == Path.home() / "clapper" / "inputs"


def test_secrets_are_those_that_no_log_may_show(
    needed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://clapper:pass-word@db/clapper")

    settings = load_settings(for_="run")

    assert set(settings.secrets) == {TOKEN, "sk-relay-key", "pass-word"}
    assert not [secret for secret in settings.secrets if secret in repr(settings)]


def test_a_name_in_dotenv_that_is_nearly_a_setting_is_pointed_out(folder: Path) -> None:
    (folder / ".env").write_text("DISCORD_TOKN=x\nPOSTGRES_PASSWORD=y\n")

    (problem,) = unknown_in_dotenv()

    assert (problem.params["name"], problem.params["near"]) == ("DISCORD_TOKN", "DISCORD_TOKEN")


def test_a_dotenv_that_is_no_text_is_named(folder: Path) -> None:
    (folder / ".env").write_bytes(b"\xff\xfe\x00")

    (problem,) = problems()

    assert (problem.code, problem.params["name"]) == ("setting-file", ".env")


def test_the_variables_for_the_keys_of_relays_are_known_names(folder: Path) -> None:
    (folder / ".env").write_text("LNGAI_API_KEY=sk-1\nRELAY_API_KYE=sk-2\n")
    (folder / "clapper.toml").write_text('[relays.lngai]\napi_key_env = "LNGAI_API_KEY"\n')

    assert [problem.params["name"] for problem in unknown_in_dotenv()] == ["RELAY_API_KYE"]
