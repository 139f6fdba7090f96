"""Kill the real bot again and again while members ask for videos, and see what became of them."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bot.demo.relay import SampleRelay
from tests.demo.wire import SMALL
from tests.soak.crowd import RELAY, Crowd
from tests.soak.laws import broken, jobs
from tests.wire.bot_process import BotProcess
from tests.wire.discord_server import LoopbackDiscord

PATIENCE = 300.0
"""Seconds that everything left over may take in the end."""
_STOPS = 5
"""Every so many lives end by SIGTERM instead of SIGKILL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long and how hard."""

    cycles: int
    jobs: int
    """Requests of all members, spread over the cycles."""
    seed: int
    life: float = 3.0
    """Seconds for which the bot lives at most before it is killed."""
    pace: float = 0.15
    """Of the relay; 1 is about 16 seconds a video."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What happened."""

    plan: Plan
    asked: int = 0
    kills: int = 0
    stops: int = 0
    in_the_middle: int = 0
    """Lives that ended while jobs were open."""
    posts: int = 0
    resumed: int = 0
    """Tasks that another life of the bot found again at the relay."""
    seconds: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    exit_codes: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        lives = f"{self.kills} kills and {self.stops} stops, {self.in_the_middle} amid open jobs"
        ends = ", ".join(f"{count} {end}" for end, count in sorted(self.ends.items()))
        jobs_ = sum(self.ends.values())
        lines = [
            f"seed {self.plan.seed}: {self.asked} requests, {lives}, in {self.seconds:.0f} s",
            f"{jobs_} jobs: {ends}",
            f"the relay was asked {self.posts} times; {self.resumed} tasks were found again",
            *(self.broken or ["no law is broken"]),
        ]
        return "\n".join(lines)


async def soak(plan: Plan, folder: Path) -> Report:
    """Run the plan in `folder`; the report tells which laws were broken, if any."""
    began, report = time.monotonic(), Report(plan=plan)
    async with (
        LoopbackDiscord() as server,
        SampleRelay(pace=plan.pace, film=SMALL, scenarios=RELAY, encodes=2) as relay,
    ):
        bot = BotProcess(server, folder, _settings(relay))
        await _Soak(server, bot, report).run()
        report.posts = len(relay.posts)
        report.resumed = bot.log.count("job.resumed")
        report.broken = await broken(bot.database, server, relay)
    report.ends = Counter(f"{job.status} {job.failure or ''}".strip() for job in jobs(bot.database))
    report.seconds = time.monotonic() - began
    return report


class _Soak:
    def __init__(self, server: LoopbackDiscord, bot: BotProcess, report: Report) -> None:
        self._server = server
        self._bot = bot
        self._report = report
        self._plan = report.plan
        self._chance = Random(report.plan.seed)
        self._crowd = Crowd(server, self._chance)

    async def run(self) -> None:
        """Every life, and the last one."""
        for cycle in range(1, self._plan.cycles + 1):
            await self._live(stop=cycle % _STOPS == 0)
        await self._finish()
        self._report.asked = self._crowd.asked

    async def _live(self, *, stop: bool) -> None:
        """A life of random length among members who ask and a Discord that stumbles."""
        before, report = self._server.gateway.identified, self._report
        life = self._chance.uniform(self._plan.life / 4, self._plan.life)
        async with self._bot as bot:
            await bot.alive(self._server.wait_for(lambda: self._server.gateway.identified > before))
            self._crowd.misbehave()
            asking = asyncio.create_task(self._ask(life))
            await asyncio.sleep(life)
            if stop:
                report.exit_codes.append(await bot.stop())
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        self._server.forget_faults()
        report.stops += stop
        report.kills += not stop
        report.in_the_middle += not self._all_over()

    async def _ask(self, life: float) -> None:
        await self._crowd.ask(self._plan.jobs // self._plan.cycles, within=life)

    async def _finish(self) -> None:
        """One life without any trouble, until nothing is open."""
        deadline = time.monotonic() + PATIENCE
        async with self._bot as bot:
            while not self._all_over() and time.monotonic() < deadline:
                await bot.alive(asyncio.sleep(0.2))
            self._report.exit_codes.append(await bot.stop())

    def _all_over(self) -> bool:
        return all(job.over for job in jobs(self._bot.database))


def _settings(relay: SampleRelay) -> dict[str, str]:
    return {
        "RELAY_BASE_URL": relay.base_url,
        "RELAY_API_KEY": relay.api_key,
        "RELAY_POLL_SECONDS": "0.2",
        "RELAY_CONCURRENCY": "6",
        "DEFAULT_CREDITS": "1000",
        "MAX_RUNNING": "3",
        "MAX_WAITING": "50",
        "GRACE_SECONDS": "0.5",
    }
