"""`python -m bench`: print every figure with what it is compared to."""

import asyncio
import platform
import sys

from bench.admissions import admissions
from bench.figures import Figure


async def main() -> None:
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    for figure in [await admissions()]:
        show(figure)


def show(figure: Figure) -> None:
    share = figure.ours / figure.theirs
    print(f"\n{figure.name}")
    print(f"  Clapper        {figure.ours:12,.0f} {figure.unit}")
    print(f"  {figure.compared:<14} {figure.theirs:12,.0f} {figure.unit}   ({share:.0%} of it)")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
