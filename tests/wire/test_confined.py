"""The real process as somebody on its machine sees it: what it leaves behind, and what it needs."""

import asyncio
import io
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.request import urlopen

import pytest
from PIL import Image

from bot.demo.relay import SampleRelay
from bot.demo.scenarios import Scenario
from tests.demo.wire import SMALL
from tests.unmeasured import unmeasured
from tests.wire.bot_process import BotProcess
from tests.wire.conftest import Place
from tests.wire.discord_server import LoopbackDiscord
from tests.wire.state import Message

KEY = "sk-canary-4711-of-the-relay"
NOBODY = 61234
"""A user that owns nothing else on this machine."""
UNPRIVILEGED = (
    *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
    *("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"),
)
"""What `compose.yaml` asks of Docker: another user, no capabilities, and none to be had."""

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


@pytest.fixture
async def relay() -> AsyncIterator[SampleRelay]:
    wrong = {"error": Scenario.ERROR}
    async with SampleRelay(api_key=KEY, pace=0, film=SMALL, scenarios=wrong) as sample:
        yield sample


@pytest.fixture
def settings(relay: SampleRelay) -> Mapping[str, str]:
    return {"RELAY_BASE_URL": relay.base_url, "RELAY_API_KEY": KEY, "LOG_LEVEL": "debug"}


async def test_no_secret_is_left_in_any_place(
    place: Place, settings: Mapping[str, str], tmp_path: Path
) -> None:
    server, port = place.server, free_port()

    async with BotProcess(server, tmp_path, {**settings, "METRICS_PORT": str(port)}) as bot:
        async with children_of(bot) as seen:
            await a_good_and_a_bad_one(bot, place)
        figures = await asyncio.to_thread(read, port)
        await bot.stop()

    files = files_in(tmp_path)
    places = {
        "files": b"".join(path.read_bytes() for path in files),
        "figures": figures,
        "children": b"".join(seen),
        "requests": repr([(each.path, each.fields) for each in server.requests]).encode(),
        "messages": repr(server.messages).encode(),
    }
    secrets = (KEY.encode(), LoopbackDiscord.TOKEN.encode())
    assert {path.suffix for path in files} >= {".db", ".log", ".mp4", ".jpg"}
    assert b"zygote.py" in places["children"]
    assert b"/attachments/" not in places["files"]  # Discord's own addresses end after a day
    assert [name for name, held in places.items() if any(each in held for each in secrets)] == []


async def test_works_without_rights_and_writes_into_its_folder_alone(
    place: Place,
    settings: Mapping[str, str],
    folder: Path,
    confined_python: tuple[str, ...],
) -> None:
    async with BotProcess(place.server, folder, settings, python=confined_python) as bot:
        await a_good_and_a_bad_one(bot, place)
        rights = status(bot.pid)
        code = await bot.stop()

    assert code == 0
    assert "CapEff:\t0000000000000000" in rights
    assert "CapBnd:\t0000000000000000" in rights
    assert "NoNewPrivs:\t1" in rights
    assert '"level": "error"' not in bot.log
    assert {owner(path) for path in files_in(folder) if path.suffix != ".log"} == {NOBODY}
    assert left_elsewhere(folder) == []


async def a_good_and_a_bad_one(bot: BotProcess, place: Place) -> None:
    """A video with an image, then one that the relay cannot make."""
    server = place.server
    for options in ({"prompt": "a cat", "image": ("a.png", picture())}, {"prompt": "an error"}):
        event = await bot.alive(server.slash(place.alice, place.channel, "video", **options))
        card = server.original(event)
        await bot.alive(server.wait_for(partial(over, card)))


def over(card: Message) -> bool:
    return "Again" in card.buttons


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of nobody's, as a volume is the container's."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become somebody else, by setpriv")
    made = Path(tempfile.mkdtemp(prefix="clapper-confined-"))
    os.chown(made, NOBODY, NOBODY)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def confined_python() -> Iterator[tuple[str, ...]]:
    """An interpreter that everybody may run, with the libraries of this one and no rights."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = shutil.which(name, path="/usr/local/bin:/usr/bin") or sys.executable
    with tempfile.TemporaryDirectory(prefix="clapper-python-") as made:
        Path(made).chmod(0o755)
        subprocess.run([base, "-m", "venv", "--without-pip", made], check=True, timeout=60)
        libraries = f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n"
        Path(made, "lib", name, "site-packages", "all.pth").write_text(libraries)
        python = (*UNPRIVILEGED, f"{made}/bin/python")
        look = [*python, "-I", "-c", "import av, discord, PIL"]
        if subprocess.run(look, env=unmeasured(), check=False, timeout=60).returncode:
            pytest.skip("needs a Python that everybody may run")
        yield python


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def status(pid: int) -> str:
    """What the kernel says of a process."""
    return Path(f"/proc/{pid}/status").read_text()


def left_elsewhere(folder: Path) -> list[Path]:
    """Files of nobody's outside of its folder."""
    found = []
    for top in (tempfile.gettempdir(), "/var/tmp", "/dev/shm", str(Path(__file__).parents[2])):
        for place, _, names in os.walk(top):
            paths = [Path(place), *(Path(place, name) for name in names)]
            found += [path for path in paths if owner(path) == NOBODY]
    return [path for path in found if not path.is_relative_to(folder)]


def owner(path: Path) -> int:
    try:
        return path.lstat().st_uid
    except FileNotFoundError:  # of somebody else's, gone meanwhile
        return -1


@asynccontextmanager
async def children_of(bot: BotProcess) -> AsyncIterator[list[bytes]]:
    """Arguments and environment of the child from which all others are forked with the same."""
    seen: list[bytes] = []

    async def watch() -> None:
        while True:
            seen.extend(children(bot.pid))
            await asyncio.sleep(0.01)

    watching = asyncio.create_task(watch())
    yield seen
    watching.cancel()
    await asyncio.wait({watching})


def children(pid: int) -> Iterator[bytes]:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # over meanwhile
            for child in (thread / "children").read_text().split():
                for part in ("cmdline", "environ"):
                    held = Path("/proc", child, part).read_bytes()
                    if b"zygote.py" in Path("/proc", child, "cmdline").read_bytes():
                        yield held  # and not of a fork that has not become the child yet


def read(port: int) -> bytes:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return bytes(answer.read())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as ear:
        return int(ear.getsockname()[1])


def picture() -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((64, 48)).convert("RGBA").save(file, "PNG")
    return file.getvalue()
