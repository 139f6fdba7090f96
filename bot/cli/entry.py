"""Where the process begins: with the bot itself, or with a command line to be read."""

# ruff: noqa: PLC0415 - whatever a command does not need is not waited for

import sys

from bot.domain.errors import ClapperError, SettingsError

USAGE = 2
FAILURE = 1
INTERRUPTED = 130


def main() -> None:
    """Run the command that was typed; ends the process with its exit code."""
    try:
        sys.exit(_ran(sys.argv[1:]))
    except SettingsError as error:
        _end(error, USAGE)
    except ClapperError as error:
        _end(error, FAILURE)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _ran(words: list[str]) -> int | None:
    """`run` alone leaves nothing to be read, and need not wait for what could read it."""
    if words == ["run"]:
        from bot.cli.run import run_now

        return run_now()
    from bot.cli.commands import app

    app(prog_name="python -m bot")
    return None


def _end(error: ClapperError, code: int) -> None:
    for name in ("click", "rich"):  # `run` does without them, what tells of it may not
        if sys.modules.get(name, name) is None:
            del sys.modules[name]
    from bot.cli.speech import Voice
    from bot.text import Texts

    Voice(Texts()).explain(error)
    sys.exit(code)
