"""The short run: a few kills in the middle of work, and nobody lost anything."""

from pathlib import Path

import pytest

from tests.soak.soak import Plan, soak

pytestmark = pytest.mark.unmeasured


async def test_kills_in_the_middle_of_work_cost_nobody_a_video_or_a_credit(tmp_path: Path) -> None:
    report = await soak(Plan(cycles=5, jobs=30, seed=7), tmp_path)

    assert report.broken == [], str(report)
    assert report.exit_codes == [0, 0]
    assert report.in_the_middle >= 3, str(report)
    assert report.ends["delivered"] >= 5, str(report)
    assert report.resumed >= 1, str(report)
    assert report.posts >= report.ends["delivered"]
