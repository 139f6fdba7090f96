"""`clapper.toml`: models, relays, and what is said of mistakes in it."""

from pathlib import Path

import pytest

from bot.domain.errors import SettingProblem, SettingsError
from bot.domain.models import ImageTransport
from bot.settings import config_path, load_settings


@pytest.fixture
def file(folder: Path) -> Path:
    return folder / "clapper.toml"


def problems() -> list[SettingProblem]:
    with pytest.raises(SettingsError) as caught:
        load_settings(for_="check")
    return list(caught.value.problems)


def test_models_are_read_in_order(file: Path) -> None:
    file.write_text("""
[[models]]
id = "veo"
label = "Veo 3.1"
name = "veo3-{orientation}"
credits = 0
credits_per_second = 2
seconds = [8, 4]
ratios = ["16:9", "9:16"]
image_transport = "url"
body = { video_config = { preset = "normal" } }

[[models]]
id = "plain"
""")

    catalogue = load_settings(for_="check").catalogue

    veo, plain = catalogue
    assert catalogue.default is veo
    assert (veo.label, veo.seconds, veo.price(None)) == ("Veo 3.1", (8, 4), 16)
    assert veo.image_transport is ImageTransport.URL
    assert veo.body == {"video_config": {"preset": "normal"}}
    assert plain.label == "plain"


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


def test_the_file_may_be_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = folder / "other.toml"
    elsewhere.write_text("MAX_RUNNING = 4")
    monkeypatch.setenv("CLAPPER_CONFIG", str(elsewhere))

    assert load_settings(for_="check").max_running == 4
    assert config_path() == elsewhere


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAPPER_CONFIG", "missing.toml")

    (problem,) = problems()

    assert (problem.code, problem.params["name"]) == ("setting-file", "missing.toml")


def test_a_mistake_in_the_file_is_found_by_its_line(file: Path) -> None:
    file.write_text('max_running = 1\nrelay_api_key = "sk-secret\n')

    (problem,) = problems()

    assert (problem.code, problem.params["line"]) == ("setting-toml", "2")
    assert "sk-secret" not in str(problem)


@pytest.mark.parametrize(
    ("text", "name", "near"),
    [
        ("max_runing = 1", "max_runing", "max_running"),
        ("[[model]]\nid = 'a'", "model", "models"),
        ("[[models]]\nid = 'a'\nsecond = [4]", "second", "seconds"),
        ("[relays.a]\nbase_urls = 'https://a.example'", "base_urls", "base_url"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest(
    file: Path, text: str, name: str, near: str
) -> None:
    file.write_text(text)

    problem = problems()[0]

    assert problem.code == "setting-unknown-near"
    assert (problem.params["name"], problem.params["near"]) == (name, near)


def test_a_key_like_nothing_is_named_alone(file: Path) -> None:
    file.write_text("colour = 'blue'")

    assert [problem.code for problem in problems()] == ["setting-unknown"]


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        ("credits = -1", "credits", "setting-credits-negative"),
        ("credits = 1.5", "credits", "setting-whole-number"),
        ("seconds = [0]", "seconds", "setting-model-seconds"),
        ("seconds = ['long']", "seconds.0", "setting-whole-number"),
        ("ratios = ['wide']", "ratios", "setting-model-ratios"),
        ("ratios = '16:9'", "ratios", "setting-malformed"),
        ("images = 11", "images", "setting-model-images"),
        ("image_transport = 'pigeon'", "image_transport", "setting-choice"),
        ("image_transport = 'none'\nimage_required = true", "image_required",
         "setting-model-image-required"),
        ("name = 'x-{size}'", "name", "setting-model-name"),
        ("name = 'x-{'", "name", "setting-model-name"),
        ("prompt_template = 'go'", "prompt_template", "setting-model-template"),
        ("body = { stream = false }", "body", "setting-model-body"),
        ("label = ''", "label", "setting-short-text"),
        ("relay = 'nowhere'", None, "setting-choice"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_is_explained(
    file: Path, line: str, field: str | None, code: str
) -> None:
    file.write_text(f"[[models]]\nid = 'm'\n{line}")

    (problem,) = problems()

    assert problem.code == code
    assert problem.params["name"] == (f"models[1].{field}" if field else "models.m.relay")


def test_a_model_without_an_id_is_told_once(file: Path) -> None:
    file.write_text("[[models]]\ncredits = 2")

    (problem,) = problems()

    assert (problem.code, problem.params["name"]) == ("setting-field-missing", "models[1].id")


def test_two_models_of_one_id_are_told(file: Path) -> None:
    file.write_text("[[models]]\nid = 'm'\n[[models]]\nid = 'm'")

    (problem,) = problems()

    assert (problem.code, problem.params["name"]) == ("setting-twice", "models[2].id")


@pytest.mark.parametrize("text", ["models = 'sora'", "relays = 3", "[relays]\ndefault = 'x'"])
def test_a_table_that_is_none_is_told(file: Path, text: str) -> None:
    file.write_text(text)

    assert [problem.code for problem in problems()] == ["setting-table"]


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


def test_a_default_model_that_is_not_on_offer_is_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("[[models]]\nid = 'm'")
    monkeypatch.setenv("DEFAULT_MODEL", "other")

    (problem,) = problems()

    assert (problem.code, problem.params["choices"]) == ("setting-default-model", "m")
