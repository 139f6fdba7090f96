"""The command line: run · demo · generate · check · health · backup."""

from bot.cli.entry import main

__all__ = ["main"]
