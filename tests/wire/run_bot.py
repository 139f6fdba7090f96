"""The real command line with discord.py pointed at a loopback Discord, as a process of its own.

`python tests/wire/run_bot.py run` is `python -m bot run`; `WIRE_API` and `WIRE_GATEWAY` name the
server. Nothing of the bot is changed: it names no host itself.
"""

import gc
import os
import runpy
import sys


def main() -> None:
    gc.disable()  # the bot loads all of this without collections, too
    import yarl
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    Route.BASE = os.environ["WIRE_API"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["WIRE_GATEWAY"])
    sys.argv[0] = "bot"
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
