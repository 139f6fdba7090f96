"""The command line: run · demo · generate · check · health."""

from bot.cli.commands import main

__all__ = ["main"]
