"""The Makefile chooses a Python and says readably when there is none."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the Makefile and an empty lock."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements-dev.txt").write_text("")
    return tmp_path


def make(
    project: Path, *arguments: str, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shutil.which("make") or "make", *arguments],
        cwd=project,
        env={**os.environ, "PATH": path or os.environ["PATH"], "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def shell_alone(project: Path) -> str:
    """A folder of programs without any Python."""
    folder = project / "bin"
    folder.mkdir()
    for name in ("sh", "cmp", "cp", "touch", "sed"):
        (folder / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    return str(folder)


def test_setup_is_made_once_for_a_lock(project: Path) -> None:
    first = make(project, "setup")
    marker = project / ".venv" / "made-once"
    marker.touch()
    os.utime(project / "requirements-dev.txt")

    again = make(project, "setup")

    assert first.returncode == 0, first.stderr
    assert "Setting up" in first.stdout
    assert again.returncode == 0, again.stderr
    assert "Setting up" not in again.stdout
    assert marker.exists()

    (project / "requirements-dev.txt").write_text("# another lock\n")
    changed = make(project, "setup")

    assert "Setting up" in changed.stdout
    assert not marker.exists()


def test_no_python_is_told_in_words(project: Path) -> None:
    ended = make(project, "setup", path=shell_alone(project))

    assert ended.returncode != 0
    assert "needs Python 3.11 or newer" in ended.stderr
    assert "PYTHON=" in ended.stderr


def test_an_old_python_is_told_in_words(project: Path) -> None:
    old = project / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    ended = make(project, "setup", f"PYTHON={old}")

    assert ended.returncode != 0
    assert str(old) in ended.stderr


def test_an_install_that_fails_is_not_taken_for_done(project: Path) -> None:
    (project / "requirements-dev.txt").write_text("-r missing.txt\n")

    ended = make(project, "setup")

    assert ended.returncode != 0
    assert not (project / ".venv" / ".ready").exists()


def test_make_alone_says_what_there_is(project: Path) -> None:
    ended = make(project)

    assert [
        word for word in ("demo", "test", "lint", "setup", "clean") if word in ended.stdout
    ] == [
        "demo",
        "test",
        "lint",
        "setup",
        "clean",
    ]
