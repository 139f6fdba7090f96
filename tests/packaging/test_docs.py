"""What the documentation says of tests and files is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


@pytest.mark.parametrize(("page", "count"), [("docs/reliability.md", 80), ("SECURITY.md", 30)])
def test_every_test_that_a_page_of_promises_names_is_there(page: str, count: int) -> None:
    text = (ROOT / page).read_text("utf-8")
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", text)

    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (path := ROOT / "tests" / file).is_file()
        or not re.search(rf"^ *(?:async )?def {name}\(", path.read_text("utf-8"), re.MULTILINE)
    ]

    assert len(named) > count
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text("utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []
