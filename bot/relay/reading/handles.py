"""How to find a task again, as relays print it: labelled ids and links to its state."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.domain.jobs import Handle
from bot.relay.reading.links import status_link
from bot.relay.reading.markup import may_have_digits, without_addresses

_ID = r"[\s*:：=`'\"]*[:：=`][\s`'\"*]*(?P<id>[A-Za-z0-9][\w:.|\-]{2,199})"
_TASK = (
    r"task|job|generation|history|video|prediction|tarefa|tarea|trabajo|t[âa]che|auftrag|aufgabe"
    r"|compito|задач[аи]|задани[ея]|タスク|ジョブ|작업"
)
_LABELS: Mapping[str, re.Pattern[str]] = {
    field: re.compile(labels + _ID, re.IGNORECASE)
    for field, labels in (
        (
            "task_id",
            (
                rf"(?:^[\s>*\-•`]*ids?|(?<![a-z])(?:{_TASK})[ _\-]?(?:uu)?ids?"
                rf"|(?<![a-z])ids?\s(?:[^\W\d_]{{1,3}}\s){{0,2}}(?:l')?(?:{_TASK})"
                r"|任务\s*(?:ID|编号|号)?|任务[^\n:：]{1,12}?编号|任務\s*(?:ID|編號)?|记录\s*(?:ID|编号)|作业\s*(?:ID|编号|号))"
            ),
        ),
        (
            "remix_id",
            r"(?<![a-z])(?:s_?id|(?:post|remix|share|published)[ _\-]?(?:target[ _\-])?id)",
        ),
        ("media_id", r"(?<![a-z])media[ _\-]?id"),
    )
}
_UNLABELLED = re.compile(
    r"(?:(?<![a-z])(?:task|job)|任务(?:编号|号)?)\s+[`#'\"]?(?P<id>(?=[\w:\-]*\d)[A-Za-z0-9][\w:\-]{7,199})(?![\w/])",
    re.IGNORECASE,
)
"""An id right behind the word, as in "task 3f9c2a17 accepted"."""
_ALONE = re.compile(
    r"[\s>*\-•`]*(?:task|job)[*`]*\s*[:：][\s*`]*"
    r"(?P<id>(?=(?:[A-Za-z_\-]*\d){3})[A-Za-z0-9][\w\-]{7,199})[\s*`]*",
    re.IGNORECASE,
)
"""A line that says "Job: vj_88213" and nothing else; names of models have fewer digits."""
_BOUNDARY = re.compile(r"[\s`'\"|,，;；)）]")


def may_name(text: str) -> bool:
    """Whether there may be a handle in `text`: a link, a task in words, or a label with a sign."""
    if "/" in text:
        return True
    if not may_have_digits(text):
        return False  # as every id has one
    if "任务" in text or "ask " in text or "ob " in text:
        return True  # "Task 3f9c2a17", "job 3f9c2a17"
    return _has_sign(text) and (_has_label(text) or "ob" in text or "ask" in text)


def _has_sign(text: str) -> bool:
    return ":" in text or "=" in text or "`" in text or "：" in text


def _has_label(text: str) -> bool:
    chinese = "记录" in text or "作业" in text
    return chinese or "id" in text or "ID" in text or "Id" in text or "iD" in text


def found_in(line: str, known: Handle, *, complete: bool) -> Handle:
    """`known` with what `line` adds; of an incomplete line only what cannot grow any more."""
    if not may_name(line):
        return known
    if not complete:
        line = _settled(line)
    words = without_addresses(line)
    found = dict(_ids(words)) or dict(_first_unlabelled(words))
    handle = replace(known, **found) if found else known
    # A page for people is better than nothing, but never than what a machine may ask.
    pages = handle.poll_url is None
    if "/" in line and (link := status_link(line, handle.task_id, pages=pages)):
        handle = replace(handle, poll_url=link)
    return handle


def _ids(line: str) -> Iterator[tuple[str, str]]:
    for field, pattern in _LABELS.items():
        for match in pattern.finditer(line):
            value = match["id"].rstrip(".:|-")
            if any(character.isdigit() for character in value):
                yield field, value


def _first_unlabelled(line: str) -> Iterator[tuple[str, str]]:
    if match := _ALONE.fullmatch(line) or _UNLABELLED.search(line):
        yield "task_id", match["id"]


def _settled(line: str) -> str:
    ends = [match.end() for match in _BOUNDARY.finditer(line)]
    return line[: ends[-1]] if ends else ""
