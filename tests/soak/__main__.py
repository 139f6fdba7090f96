"""`python -m tests.soak`: the long run; ends by itself, with 1 when a law is broken."""

import asyncio
import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.soak.soak import Plan, soak


def main() -> int:
    """Run once and print what happened."""
    parser = ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--cycles", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    plan = Plan(cycles=chosen.cycles, jobs=chosen.jobs, seed=chosen.seed)
    with TemporaryDirectory(prefix="clapper-soak-") as folder:
        report = asyncio.run(soak(plan, Path(folder)))
    sys.stdout.write(f"{report}\n")
    return 1 if report.broken or any(report.exit_codes) else 0


if __name__ == "__main__":
    sys.exit(main())
