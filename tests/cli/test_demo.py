"""The demo's command line, as far as it needs no browser."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.cli.demo import show


def test_the_whole_demo_without_a_browser(tmp_path: Path) -> None:
    out = tmp_path / "boat.mp4"

    code = show(headless=True, prompt="A paper boat 纸船 🚣", image=None, out=out, port=None)

    assert code == 0
    assert out.read_bytes()[4:8] == b"ftyp"


def test_a_prompt_that_is_refused_gives_no_video(tmp_path: Path) -> None:
    out = tmp_path / "boat.mp4"

    code = show(headless=True, prompt="something forbidden", image=None, out=out, port=None)

    assert code == 1
    assert not out.exists()


def test_an_image_that_is_not_there_is_a_wrong_use(tmp_path: Path) -> None:
    missing = tmp_path / "none.png"

    assert show(headless=True, prompt="x", image=missing, out=None, port=None) == 2


def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        code = show(headless=False, prompt=None, image=None, out=None, port=taken.getsockname()[1])

    assert code == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_an_end_by_sigterm_leaves_nothing_behind(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "bot", "demo"]

    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        assert "http://127.0.0.1" in demo.stdout.readline()
        demo.send_signal(signal.SIGTERM)
        demo.stdout.read()

    assert demo.returncode == 0
    assert list(tmp_path.glob("clapper-*")) == []


def test_several_videos_of_one_answer_are_all_kept(tmp_path: Path) -> None:
    out = tmp_path / "boat.mp4"

    code = show(headless=True, prompt="A boat, 2 variations", image=None, out=out, port=None)

    assert code == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["boat-2.mp4", "boat.mp4"]


@pytest.mark.parametrize("prompt", ["", " \u200b ", "x" * 5_000], ids=["empty", "unseen", "long"])
def test_a_prompt_that_nobody_could_type_is_a_wrong_use(
    tmp_path: Path, prompt: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "boat.mp4"

    assert show(headless=True, prompt=prompt, image=None, out=out, port=None) == 2

    assert "prompt" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("given", ["prompt", "image", "out"])
def test_what_belongs_to_no_page_is_told(
    tmp_path: Path, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    image = tmp_path / "a.png"
    image.touch()
    options: dict[str, Any] = {"prompt": "x", "image": image, "out": tmp_path / "a.mp4"}
    one = {**dict.fromkeys(options), given: options[given]}

    code = show(headless=False, port=None, **one)

    assert code == 2
    assert "--headless" in capsys.readouterr().err
