"""Every recorded answer through `generate --json` over a real socket, to the video on disk.

All of them through one process, a few of each sort through a command line of their own.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.cases import SAMPLES, VIDEO, Case
from tests.cli.conftest import PATIENCE, ROOT, Clapper
from tests.cli.relay import KEY
from tests.relay.loopback import Loopback, fixed, listening
from tests.relay.tasks import CHAT

pytestmark = pytest.mark.unmeasured

NAMES = [name for name, body in SAMPLES.items() if body.entry["kind"] in ("chat", "poll")]
THROUGH_THE_COMMAND_LINE = [
    "asyncdata-sora-t2v.sse",
    "asyncdata-ack-only.sse",
    "openai-video-in_progress.json",
    "openai-video-failed.json",
    "nginx-504.html",
]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One body and what came of it."""

    case: Case
    code: int
    events: list[dict[str, Any]]
    folder: Path

    def named(self, event: str) -> list[dict[str, Any]]:
        return [each for each in self.events if each["event"] == event]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """What came of every body."""
    folder = tmp_path_factory.mktemp("bodies")
    for name in NAMES:
        (folder / name).mkdir()
    return asyncio.run(_everything(folder))


async def _everything(folder: Path) -> dict[str, Run]:
    async with listening(fixed(b"")) as relay, _process() as process:
        return {name: await _run(name, relay, process, folder / name) for name in NAMES}


@asynccontextmanager
async def _process() -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.cli.many", cwd=ROOT, env=environment, stdin=PIPE, stdout=PIPE
    )
    try:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _run(
    name: str, relay: Loopback, process: asyncio.subprocess.Process, folder: Path
) -> Run:
    assert process.stdin is not None
    assert process.stdout is not None
    relay.answer = case = Case(SAMPLES[name], relay.url)
    errand = {"settings": settings(relay), "folder": str(folder), "prompt": case.prompt}
    process.stdin.write(json.dumps(errand).encode() + b"\n")
    events: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE):
        while (event := json.loads(await process.stdout.readline()))["event"] != "ended":
            events.append(event)
    return Run(case=case, code=event["code"], events=events, folder=folder)


def settings(relay: Loopback) -> dict[str, str]:
    return {"RELAY_BASE_URL": relay.url, "RELAY_API_KEY": KEY, "RELAY_POLL_SECONDS": "0.01"}


def check(run: Run) -> None:
    """The whole of what the index says of the body."""
    case, last = run.case, run.events[-1]
    percents = [each["percent"] for each in run.named("progress") if each["percent"] is not None]
    collapsed = [each for i, each in enumerate(percents) if percents[i - 1 : i] != [each]]
    assert collapsed == case.percents
    assert run.code == (0 if case.videos else 1)
    assert case.posts.count(CHAT) == 1
    if case.videos:
        (completed,) = run.named("completed")
        assert completed["video_url"] == case.videos[0]
        assert completed["video_urls"][: len(case.videos)] == case.videos
        files = [run.folder / each["path"] for each in run.named("saved")]
        assert last["event"] == "saved"
        assert len(files) == 1 or "video_urls" in case.final
        assert {file.read_bytes() for file in files} == {VIDEO}
    else:
        assert (last["event"], last["kind"]) == ("failed", case.error)
        assert list(run.folder.iterdir()) == []


def check_handles(run: Run) -> None:
    case, handles = run.case, [each["handle"] for each in run.named("accepted")]
    for field in ("task_id", "poll_url", "remix_id"):
        expected = SAMPLES[case.name].entry["expected"].get(field)
        if expected is not None:
            wanted = case.here(expected) if field == "poll_url" else expected
            assert wanted in [handle[field] for handle in handles]


@pytest.mark.parametrize("name", NAMES)
def test_a_body_comes_out_as_the_index_says(runs: dict[str, Run], name: str) -> None:
    check(runs[name])
    check_handles(runs[name])


@pytest.mark.parametrize("name", [name for name in THROUGH_THE_COMMAND_LINE if name in SAMPLES])
async def test_the_command_line_itself_says_the_same(
    clapper: Clapper, folder: Path, name: str
) -> None:
    async with listening(fixed(b"")) as relay:
        relay.answer = case = Case(SAMPLES[name], relay.url)
        ended = await clapper("generate", "--prompt", case.prompt, "--json", **settings(relay))

    run = Run(case=case, code=ended.code, events=ended.events, folder=folder)
    check(run)
    check_handles(run)
