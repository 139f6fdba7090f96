"""Every recorded and every invented answer is read as its index says."""

from itertools import pairwise

import pytest

from bot.domain.events import Accepted, Progress
from tests.relay.bodies import Body, read, samples, told, unseen

ALL = [pytest.param(body, id=body.name) for body in (*samples(), *unseen())]


@pytest.mark.parametrize("body", ALL)
def test_reads_the_answer_as_its_index_says(body: Body) -> None:
    events, outcome = read(body.reader(), [body.data])

    found = told(events, outcome)
    assert {key: found[key] for key in body.expected} == body.expected


@pytest.mark.parametrize("body", ALL)
def test_tells_notes_and_handles_only_on_change_and_fit_to_be_shown(body: Body) -> None:
    events, _ = read(body.reader(), [body.data])

    assert all(first != second for first, second in pairwise(events))
    for event in events:
        assert isinstance(event, Accepted | Progress)
        if isinstance(event, Progress) and event.note is not None:
            assert 0 < len(event.note) <= 200
            assert not any(
                mark in event.note for mark in ("http", "](", "<", "`", "**", "..", "\n")
            )


@pytest.mark.parametrize("body", ALL)
def test_gives_reasons_fit_to_be_shown(body: Body) -> None:
    _, outcome = read(body.reader(), [body.data])

    reason = getattr(outcome, "reason", "")
    assert len(reason) <= 300
    assert not any(
        mark in reason for mark in ("http:", "https:", "](", "<", "{", "request id", "\n")
    )
