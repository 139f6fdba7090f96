"""`generate --json` again and again in one process: a line of JSON in for each, its events out."""

import json
import os
import sys

from bot.cli.generate import Wish, generate_now

for line in sys.stdin:
    errand = json.loads(line)
    os.environ.update(errand["settings"])
    os.chdir(errand["folder"])
    code = generate_now(Wish(prompt=errand["prompt"]), as_json=True)
    sys.stdout.buffer.write(json.dumps({"event": "ended", "code": code}).encode() + b"\n")
    sys.stdout.buffer.flush()
