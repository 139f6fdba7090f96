"""Percentages are the relay's own, read once, however their text arrives."""

import time

import pytest

from tests.relay.bodies import percents, read, reader, sse

FOUND = {
    "sign": ("生成进度: 38%", [38]),
    "decimal": ("> 🏃 进度：36.0%", [36]),
    "fullwidth sign": ("进度 36％", [36]),
    "space": ("draft 20 %", [20]),
    "chain": ("> 🏃 进度 36..44..61..", [36, 44, 61]),
    "english chain": (">🏃 Progress 76...", [76]),
    "chain with a link": (">🏃 进度 72..[100](https://x.example/a.mp4)", [72]),
    "of a hundred": ("Progress: 42/100", [42]),
    "of a hundred in words": ("Progress: 45 of 100", [45]),
    "of a hundred in cyrillic": ("Прогресс: 45 из 100", [45]),
    "fullwidth digits": ("進捗：３０％", [30]),
    "comma": ("Avanzamento: 71,5 %", [71.5]),
    "sign in front": ("oluşturuluyor… %35", [35]),
    "frames": ("frame 120 of 240", []),
    "credits": ("credits left: 45/100", []),
    "bare at the end of the line": ("progress = 42\n", [42]),
    "backwards": ("90%\n10%\n", [90, 10]),
    "same again": ("90%\n90%\n", [90]),
    "zero": ("0%", [0]),
    "in a think tag": ("<think>视频已生成1%\n", [1]),
    "followed by words of progress": ("35% complete", [35]),
    "too much": ("250%", []),
    "style": ("<video style='max-width:100%' src='/a.mp4'></video>", []),
    "style over two lines": ("<video\n style='max-width:100%'>", []),
    "address": ("https://x.example/a%20b?p=50%25", []),
    "fence with data": ('```json\n{"prompt": "50% fog"}\n```', []),
    "data without a fence": ('{"prompt": "50% fog"}', []),
    "prompt": ("Prompt: a 50% grey boat", []),
    "prompt and progress": ("a 50% grey boat\nprogress 50%", [50]),
    "prose": ("a boat of 100% wood", []),
    "range": ("takes 10-20%", []),
    "number without a word": ("36..44", []),
    "date": ("2026-11-20", []),
    "share of one": ("progress=0.35\nprogress=0.7\n", [35, 70]),
    "share of one with a colon": ("Progress: 0.5\n", [50]),
    "whole share": ("progress=0.0\nprogress=0.9\nprogress=1.0\n", [0, 90, 100]),
    "no share": ("progress=1.0\n", [1]),
    "one of a hundred": ("progress=1\n", [1]),
    "less than one of a hundred": ("progress: 0.35%\n", [0.35]),
    "load of a machine": ("GPU usage 98%\nCPU: 40%, memory 61%\nprogress 12%\n", [12]),
    "load beside progress": ("GPU 98% · progress 40%\n", [40]),
    "step without percent": ("step 3/4", []),
}


@pytest.mark.parametrize(("text", "expected"), FOUND.values(), ids=FOUND.keys())
@pytest.mark.parametrize("size", [1, 3, 1000], ids=["by letter", "by three", "whole"])
def test_reads_percentages(text: str, expected: list[float], size: int) -> None:
    pieces = [text[start : start + size] for start in range(0, len(text), size)]

    events, _ = read(reader(prompt="a 50% grey boat"), [sse(*pieces)])

    assert percents(events) == expected


def test_tells_a_percentage_at_once_while_the_line_stays_open() -> None:
    subject = reader()

    first = list(subject.feed(sse("进度 36..", done=False)))
    second = list(subject.feed(sse("44..", done=False)))

    assert (percents(first), percents(second)) == ([36], [44])


def test_reads_percentages_of_thoughts_too() -> None:
    events, _ = read(reader(), [sse({"reasoning_content": "**Progress**: 35% (running)\n"})])

    assert percents(events) == [35]


@pytest.mark.parametrize(
    ("value", "percent"),
    [
        ("42", 42),
        ("42.5", 42.5),
        ('"30%"', 30),
        ("0.42", 42),
        ("0", 0),
        ("1", 1),
        ("null", None),
        ("true", None),
        ("101", None),
        ("-1", None),
        ("NaN", None),
        ('"soon"', None),
    ],
)
def test_reads_the_percentage_of_a_task(value: str, percent: float | None) -> None:
    body = f'{{"id":"t1","status":"running","progress":{value}}}'.encode()

    events, _ = read(reader(), [body])

    assert percents(events) == ([] if percent is None else [percent])


LINE = 16_000
"""Characters of a line that is just short enough to be looked at."""
HOSTILE = {
    "numbers before a word": ("", "1% cat ", LINE),
    "numbers before a word, by the number": ("", "1% of", 5),
    "numbers of the prompt": ("", "7% y ", LINE),
    "signs": ("", "1%", 2),
    "pictures": ("", "\U0001f600", 1),
    "pictures in a link": ("https://x.example/", "\U0001f600", 1),
    "pictures in a tag": ("<a ", "\U0001f600", 1),
}


@pytest.mark.unmeasured
@pytest.mark.parametrize(("begin", "unit", "size"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_long_line_is_looked_at_once(begin: str, unit: str, size: int) -> None:
    line = begin + unit * ((LINE - len(begin)) // len(unit)) + "\n"
    pieces = [line[start : start + size] for start in range(0, len(line), size)]
    body = sse(*pieces * 4)  # 64 KiB

    began = time.process_time()
    read(reader(prompt="x 7% " * 800), [body])

    # A watchdog: one look takes well under a second, looks at all that came before take many.
    assert time.process_time() - began < 8
