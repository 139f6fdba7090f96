"""How long a start reads until the whole ledger has been held to its laws.

`python -m bench.laws 1000000` does it for a million entries.
"""

import asyncio
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure
from bench.history import lengthen
from storage.database import Database
from storage.look import contradictions

ENTRIES = 100_000


async def laws(entries: int = ENTRIES) -> Figure:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clapper.db"
        await (await Database.open(f"sqlite:///{path}")).close()
        await asyncio.to_thread(lengthen, path, 0, entries // 2)
        wall, cpu = time.perf_counter(), time.process_time()
        broken = await contradictions(f"sqlite:///{path}")
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        megabytes = path.stat().st_size / 1e6
    assert broken == []
    row = f"{'Clapper':<22} {wall:12,.1f} s, {cpu:.1f} s of them on a core ({megabytes:,.0f} MB)"
    return Figure(name=f"The laws over {entries:,} entries of the ledger (SQLite)", rows=(row,))


if __name__ == "__main__":
    figure = asyncio.run(laws(int(sys.argv[1]) if sys.argv[1:] else ENTRIES))
    print(figure.name, *figure.rows, sep="\n  ")
