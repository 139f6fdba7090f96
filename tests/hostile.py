"""Texts of members, moderators and relays that mean no good, and what must be true once shown."""

import re
import unicodedata
from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "everyone": "@everyone @here <@1> <@!1> <@&1> <#1>",
    "constructs": "<t:1:F> </quota:1> <:a:1> <a:b:1> <id:guide> <id:customize> <sound:1:2>",
    "nested constructs": "<<@1>@1> <\u200b@1> <@\u200b1> \\<@1> <@1",
    "links": "https://evil.example/x.mp4 http://10.0.0.1 HTTPS://EVIL.EXAMPLE discord.gg/abc",
    "dressed links": "<https://evil.example> [click](https://evil.example/a) ![p](http://e.vil/p)",
    "other schemes": "discord://x steam://run/1 mailto:a@evil.example tel:+1 data:text/html,<b>x",
    "invitations": "https://discord.com/invite/abc www.evil.example evil.example:8080/?a=b#c",
    "markdown": "**b** __u__ ~~s~~ ||s|| *i* _i_ `c` ```\nfence\n``` > q >>> q [a](b)",
    "line markup": "# big\n-# small\n- list\n* list\n1. one\n> quote\n>>> rest\n## again",
    "unbalanced": "**bold ||spoil `code ```fence [label](http://x.example \\",
    "backslashes": "\\" * 400 + "*x*",
    "bidi": "\u202egnp.exe\u202c \u2066a\u2069 \u200fb\u200e \u061c \u202a\u202b\u202d",
    "invisible": "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg\u180eh\u3164i\u2800j\U000e0041k",
    "kept free": "a\u2065b\ufff0c\U000e0080d",
    "controls": "a\x00b\x07c\x08d\x1b[31me\x1b]0;title\x07f\x9b2Jg\x7fh\x85i\u2028j\u2029k\rl",
    "line forging": 'x\n2026-11-20 12:00:00 [info] forged\n{"event": "forged"}\r\n\x1b[1Aforged',
    "zalgo": "".join(letter + "\u0301\u0316\u0337\u034f" * 40 for letter in "zalgo"),
    "emoji flood": "👨\u200d👩\u200d👧\u200d👦" * 570,
    "4,000 of one emoji": "🛶" * 4000,
    "joiners alone": "\u200d" * 4000,
    "flags and tones": "🇩🇪" * 900 + "👍🏽" * 900,
    "wide letters": "﷽" * 4000,
    "one long word": "x" * 4000,
    "brackets alone": "<@" * 2000,
    "many lines": "\n" * 3000 + "end",
    "half characters": "\ud83d x \udeb6",
    "private use": "\ue000\uf8ff\U000f0000",
    "placeholders": "{ $user } { MEMBER(1) } {{x}} %s %(token)s {0} ${PATH} <%= x %>",
    "markup languages": "<script>alert(1)</script> <img src=x onerror=alert(1)> &lt;b&gt; ]]>",
    "file names": "../../etc/passwd\x00.png C:\\con aux.txt;rm -rf ~ $(id) `id` |id",
    "statements": "'; DROP TABLE jobs; -- \" OR 1=1",
    "nothing": "",
    "spaces": " \t\u3000\u2003 ",
}
"""By what is bad about each."""

CONSTRUCT = re.compile(r"<(?:@[!&]?|#|/|t:|a?:|id:|sound:|https?:)[^>\n]*>|@(?:everyone|here)")
LINK = re.compile(r"\w+://\S|(?:www|discord)\.\w\w", re.IGNORECASE)
RESERVED = re.compile("[\u2065\ufff0-\ufff8\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]")
"""Kept free by Unicode for what will not be seen either."""
MARKS = 4
"""On one character."""


def alive(text: str) -> list[str]:
    """What in a message of the bot would notify, link or mislead; empty when it is calm."""
    found = [*CONSTRUCT.findall(text), *LINK.findall(text), *unseen(text)]
    return found + re.findall(rf"(?:[\u0300-\u036f]){{{MARKS + 1},}}", text)


def unseen(text: str) -> list[str]:
    """Controls and marks that cannot be seen, but for line breaks and what words and emoji need."""
    allowed = "\n\u200b\u200c\u200d"  # the first of the three breaks up links and mentions
    kinds = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    found = [c for c in text if unicodedata.category(c) in kinds and c not in allowed]
    return found + RESERVED.findall(text)


def units(text: str) -> int:
    """How long Discord, which counts in UTF-16, finds a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
