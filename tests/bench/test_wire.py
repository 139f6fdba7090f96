"""The bench of the wire, tiny: that it still measures what it names."""

import shutil
import sys
from pathlib import Path

import pytest

from bench.plots import drawn, rows
from bench.wire.figures import Size, wire

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux counts"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="compares with curl"),
]

TINY = Size(
    members=2,
    within=0.2,
    streams=3,
    spread=0.2,
    seconds=1,
    films=(50_000,),
    large=200_000,
    rounds=1,
)


async def test_every_figure_of_the_wire_is_told() -> None:
    found = {figure.name: "\n".join(figure.rows) async for figure in wire(TINY)}

    assert len(found) == 6
    for wanted in ("seconds", "of curl's", "MB", "last byte to video", "99 of 100", "answers 429"):
        assert any(wanted in rows for rows in found.values())
    assert any("the obvious bot" in rows for rows in found.values())


def test_rows_become_pictures(tmp_path: Path) -> None:
    found = rows(["cpu-per-job 100 9.5", "cpu-per-job 10 8", "", "a title", "first-answer-99 1 2"])

    assert found["cpu-per-job"] == [(10, 8), (100, 9.5)]
    picture = drawn("cpu-per-job", found["cpu-per-job"])
    assert picture.count("<circle") == 2
    assert "Processor time for each job" in picture
