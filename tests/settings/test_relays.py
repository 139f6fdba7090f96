"""Relays in `clapper.toml`: where they are, whose key they take, and who needs which."""

from pathlib import Path

import pytest

from bot.domain.errors import SettingProblem, SettingsError
from bot.settings import load_settings


@pytest.fixture
def file(folder: Path) -> Path:
    return folder / "clapper.toml"


def problems() -> list[SettingProblem]:
    with pytest.raises(SettingsError) as caught:
        load_settings(for_="check")
    return list(caught.value.problems)


def test_relays_take_their_keys_from_the_environment(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("""
[relays.second]
base_url = "https://second.example"
api_key_env = "SECOND_KEY"
headers = { X-Team = "video" }
concurrency = 2
""")
    monkeypatch.setenv("SECOND_KEY", "sk-second")

    relay = load_settings(for_="check").relays["second"]

    assert relay.base_url == "https://second.example"
    assert relay.api_key.get_secret_value() == "sk-second"
    assert (relay.headers, relay.concurrency) == ({"X-Team": "video"}, 2)


def test_a_default_relay_in_the_file_is_enough_for_generate(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('[relays.default]\nbase_url = "https://one.example"\napi_key_env = "KEY"')
    monkeypatch.setenv("KEY", "sk-one")

    settings = load_settings(for_="generate")

    assert settings.relays["default"].base_url == "https://one.example"


def test_a_header_may_show_the_key(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("""
[relays.bare]
base_url = "https://bare.example"
api_key_env = "BARE_KEY"
headers = { Authorization = "{key}", X-Team = "video" }
""")
    monkeypatch.setenv("BARE_KEY", "sk-bare")

    settings = load_settings(for_="check")

    assert settings.relays["bare"].headers == {"Authorization": "sk-bare", "X-Team": "video"}
    assert "sk-bare" in settings.secrets


def test_relays_of_the_file_are_enough_when_every_model_names_one(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("""
[relays.one]
base_url = "https://one.example"
[relays.two]
base_url = "https://two.example"
api_key_env = "TWO_KEY"
[[models]]
id = "a"
relay = "one"
[[models]]
id = "b"
relay = "two"
""")
    monkeypatch.setenv("RELAY_API_KEY", "sk-one")
    monkeypatch.setenv("TWO_KEY", "sk-two")

    settings = load_settings(for_="generate")

    assert [settings.relays[model.relay].base_url for model in settings.catalogue] == [
        "https://one.example",
        "https://two.example",
    ]


def test_a_default_relay_is_missed_when_one_model_needs_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("""
[relays.one]
base_url = "https://one.example"
[[models]]
id = "a"
relay = "one"
[[models]]
id = "b"
""")
    monkeypatch.setenv("RELAY_API_KEY", "sk-one")

    with pytest.raises(SettingsError) as caught:
        load_settings(for_="generate")

    (problem,) = caught.value.problems
    assert (problem.code, problem.params["name"]) == ("setting-missing", "RELAY_BASE_URL")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("base_url = 'https://a.example'\napi_key_env = 'NOT_SET'", "setting-relay-key"),
        ("base_url = 'a.example'", "setting-url"),
        ("api_key_env = 'PATH'", "setting-field-missing"),
        ("base_url = 'https://a.example'\nconcurrency = 0", "setting-too-small"),
    ],
)
def test_a_relay_that_cannot_be_is_explained(file: Path, line: str, code: str) -> None:
    file.write_text(f"[relays.a]\n{line}")

    (problem,) = problems()

    assert problem.code == code
    assert str(problem.params["name"]).startswith("relays.a")


@pytest.mark.parametrize(
    ("header", "value", "secrets"),
    [
        ("X-Team", "video", []),
        ("User-Agent", "clapper/1.0 (our club, room 12)", []),
        ("HTTP-Referer", "https://club.example/videos-2026", []),
        ("Authorization", "{key}", []),
        ("X-Api-Key", "hunter2", ["hunter2"]),
        ("Proxy-Authorization", "Basic dXNlcjpwYXNz", ["Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"]),
        ("X-Customer", "c9f0f895fb98ab9159f51fd0297e236d", ["c9f0f895fb98ab9159f51fd0297e236d"]),
    ],
)
def test_only_headers_that_let_in_are_secrets(
    file: Path, monkeypatch: pytest.MonkeyPatch, header: str, value: str, secrets: list[str]
) -> None:
    file.write_text(f"""
[relays.second]
base_url = "https://second.example"
api_key_env = "SECOND_KEY"
headers = {{ {header} = "{value}" }}
""")
    monkeypatch.setenv("SECOND_KEY", "sk-second")

    assert load_settings(for_="check").secrets == ("sk-second", *secrets)
