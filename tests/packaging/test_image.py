"""The parts of the container image, which cannot be built in a test: its steps, one by one."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

pytestmark = pytest.mark.unmeasured

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
INSTALL_SECONDS = 600


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first stage makes, and the folders that the second one copies."""
    folder = tmp_path_factory.mktemp("image")
    venv = [sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")]
    subprocess.run(venv, check=True, timeout=120)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "venv/bin/python"), "install"]
    pip += ["--quiet", "--no-compile", "--disable-pip-version-check"]
    lock = ["--require-hashes", "-r", str(ROOT / "requirements.txt")]
    subprocess.run([*pip, *lock], check=True, timeout=INSTALL_SECONDS)
    for name in copied():
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("demo"))
    return folder


def copied() -> list[str]:
    return [source for source, _ in re.findall(r"^COPY (\w+) \./(\w+)$", DOCKERFILE, re.MULTILINE)]


def in_image(
    installed: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [installed / "venv/bin/python", *arguments],
        cwd=installed,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_entry_point_starts_with_the_production_requirements_alone(installed: Path) -> None:
    ended = in_image(installed, *json.loads(command("ENTRYPOINT"))[1:], "--help")

    assert ended.returncode == 0, ended.stderr
    assert "generate" in ended.stdout


def test_the_whole_bot_can_be_imported_there(installed: Path) -> None:
    ended = in_image(installed, "-c", "import bot.app, storage.database, asyncpg")

    assert ended.returncode == 0, ended.stderr


def test_the_default_command_says_what_is_missing(installed: Path) -> None:
    arguments = json.loads(command("ENTRYPOINT"))[1:] + json.loads(command("CMD"))

    ended = in_image(installed, *arguments)

    assert ended.returncode == 2
    assert "DISCORD_TOKEN" in ended.stderr


def test_the_health_check_fails_where_nothing_runs(installed: Path, tmp_path: Path) -> None:
    ended = in_image(installed, *health_check()[1:], DATA_DIR=str(tmp_path))

    assert ended.returncode == 1
    assert ended.stderr == ""


def test_the_demo_says_that_it_is_not_there(installed: Path) -> None:
    ended = in_image(installed, "-m", "bot", "demo")

    assert ended.returncode == 1
    assert "make demo" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_image_holds_the_bot_compiled(tmp_path: Path) -> None:
    for name in copied():
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (compiling,) = re.findall(r"^RUN python (-m compileall .+)$", DOCKERFILE, re.MULTILINE)

    subprocess.run([sys.executable, *compiling.split()], cwd=tmp_path, check=True, timeout=120)

    sources = [path for name in copied() for path in (tmp_path / name).rglob("*.py")]
    assert [path for path in sources if not Path(cache_from_source(path)).exists()] == []


def test_no_tool_of_development_is_in_the_production_requirements() -> None:
    names = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE))

    assert not names & {"pytest", "mypy", "ruff", "simcord", "hypothesis", "import-linter"}
    assert {"discord-py", "asyncpg", "av"} <= names


def test_both_locks_agree() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([\w.-]+==\S+)", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locks_hold_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()

    assert text.count("==") <= text.count("--hash=sha256:")
    assert not re.search(r"https?://|--(index|find|extra)", text)


def test_everything_that_the_image_copies_is_in_its_context() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()

    assert {f"!{name}" for name in [*copied(), "requirements.txt"]} <= set(ignored)


def test_the_image_is_run_without_privileges() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    compose = (ROOT / "compose.yaml").read_text()

    assert re.search(r"^USER clapper$", last, re.MULTILINE)
    assert "pip install" not in last
    assert "read_only: true" in compose
    assert "cap_drop: [ALL]" in compose
    assert "no-new-privileges" in compose
    assert re.search(r"^      - /tmp:.*noexec,nosuid,nodev$", compose, re.MULTILINE)
    assert re.search(r"^    pids_limit: \d+$", compose, re.MULTILINE)
    assert re.search(r"^    mem_limit: \d+g", compose, re.MULTILINE)
    assert not re.search(r"privileged|cap_add|network_mode|/var/run/docker|pid: host", compose)


def test_no_secret_can_get_into_the_image() -> None:
    """Nothing is copied but what is named, and no argument or variable is asked for a secret."""
    ignored = (ROOT / ".dockerignore").read_text().splitlines()

    assert "*" in ignored
    assert not re.search(r"^(ARG|ADD)\b|^COPY \.", DOCKERFILE, re.MULTILINE)
    assert not re.search(r"TOKEN|KEY|PASSWORD|SECRET", DOCKERFILE)


def command(name: str) -> str:
    found = re.findall(rf"^{name} (\[.*\])$", DOCKERFILE, re.MULTILINE)
    return str(found[-1])


def health_check() -> list[str]:
    (found,) = re.findall(r"^HEALTHCHECK .*CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    return [str(word) for word in json.loads(found)]
