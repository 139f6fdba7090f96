"""`clapper.toml`: models, relays, and what is said of mistakes in it."""

from pathlib import Path

import pytest

from bot.domain.continuation import Continuation
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
        ("body = { images = '{images}' }", "body", "setting-model-place"),
        ("route = '../admin'\nimages = 0\nbody = { prompt = '{prompt}' }", "route",
         "setting-model-route"),
        ("route = 'https://a.example'\nimages = 0\nbody = { prompt = '{prompt}' }", "route",
         "setting-model-route"),
        ("route = 'videos'\nimages = 0", "body", "setting-model-route-prompt"),
        ("route = 'videos'\nbody = { prompt = '{prompt}' }", "image_transport",
         "setting-model-route-images"),
        ("route = 'videos'\nimages = 0\nbody.prompt = '{prompt}'\ncontinuation = 'transcript'",
         "continuation", "setting-model-route-continuation"),
        ("route = 'videos'\nimages = 0\nbody = { prompt = '{prompt}', model = 'x' }", "body",
         "setting-model-body"),
        ("image_transport = 'pigeon'", "image_transport", "setting-choice"),
        ("image_transport = 'none'\nimage_required = true", "image_required",
         "setting-model-image-required"),
        ("name = 'x-{size}'", "name", "setting-model-place"),
        ("name = 'x-{prompt}'", "name", "setting-model-name"),
        ("image_name = 'x-{'", "image_name", "setting-model-name"),
        ("continuation_name = 'x-{shape}'", "continuation_name", "setting-model-place"),
        ("name = 'x-{'", "name", "setting-model-name"),
        ("prompt_template = 'go'", "prompt_template", "setting-model-template"),
        ("prompt_template = '{prompt} {seconds} s'", "prompt_template", "setting-model-place"),
        ("body = { stream = false }", "body", "setting-model-body"),
        ("stream = false\nbody = { stream = true }", "body", "setting-model-body"),
        ("body = { config = [{ length = '{second}' }] }", "body", "setting-model-place"),
        ("ratios = ['1:1']\nsizes = { '16:9' = '9x9' }", "sizes", "setting-model-sizes"),
        ("seconds = [4, 8]\nwords = { w = { 4 = 'a' } }", "words.w", "setting-model-words"),
        ("seconds = [4]\nwords = { size = { 4 = 'a' } }", "words.size",
         "setting-model-word-name"),
        ("images = 3\nlast_frame = true", "last_frame", "setting-model-last-frame"),
        ("image_transport = 'none'\nimages = 2\nlast_frame = true", "last_frame",
         "setting-model-last-frame"),
        ("continuation = 'telepathy'", "continuation", "setting-choice"),
        ("continuation = 'field'\ncontinuation_field = 'model'", "continuation_field",
         "setting-model-continuation-field"),
        ("continuation = 'field'\nbody = { remix_target_id = 's_1' }", "continuation_field",
         "setting-model-continuation-field"),
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


def test_a_place_that_nothing_fills_is_told_with_what_would_fill_it(file: Path) -> None:
    file.write_text("[[models]]\nid = 'm'\nname = 'm-{orientation}'")

    (problem,) = problems()

    assert (problem.params["place"], problem.params["needs"]) == ("orientation", "ratios")


def test_all_ways_of_a_request_are_read(file: Path) -> None:
    file.write_text("""
[[models]]
id = "m"
name = "m{shape}"
image_name = "m{shape}-frames"
ratios = ["9:16", "16:9"]
seconds = [8, 4]
sizes = { "9:16" = "720x1280", "16:9" = "1280x720" }
words.shape = { "9:16" = "", "16:9" = "-landscape" }
words.frames = { 8 = 192, 4 = 96 }
images = 2
last_frame = true
continuation = "extend"
continuation_name = "m-extend"
stream = false
body = { stream = false, config = { size = "{size}", frames = "{frames}", fixed = true } }
""")

    (model,) = load_settings(for_="check").catalogue

    assert model.words_for(ratio="16:9", seconds=None) == {
        "ratio": "16:9",
        "orientation": "landscape",
        "seconds": 8,
        "size": "1280x720",
        "shape": "-landscape",
        "frames": 192,
    }
    assert model.continuation is Continuation.EXTEND


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


def test_a_default_model_that_is_not_on_offer_is_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("[[models]]\nid = 'm'")
    monkeypatch.setenv("DEFAULT_MODEL", "other")

    (problem,) = problems()

    assert (problem.code, problem.params["choices"]) == ("setting-default-model", "m")
