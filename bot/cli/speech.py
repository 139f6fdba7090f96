"""What the command line says: sentences by key, answers on stdout, everything else on stderr."""

import typer

from bot.domain.errors import ClapperError, Param, SettingsError
from bot.text import Texts
from bot.text.texts import SOURCE

LONGEST = 2_000
"""Characters of somebody's words in a sentence; Fluent gives up beyond 2,500."""


def printable(text: str) -> str:
    """Somebody's words on one line, without what would steer a terminal."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"


class Voice:
    """Speaks to the operator at the terminal."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def say(self, key: str, **params: Param) -> str:
        """The sentence of `key`, around words that may be anybody's."""
        shown = {
            name: printable(value) if isinstance(value, str) else value
            for name, value in params.items()
        }
        return self._texts.say(key, SOURCE, **{"frame": "", **shown})  # of two images, or of one

    def answer(self, key: str, **params: Param) -> None:
        """Print what was asked for."""
        typer.echo(self.say(key, **params))

    def complain(self, key: str, **params: Param) -> None:
        """Print what went wrong."""
        typer.echo(self.say(key, **params), err=True)

    def explain(self, error: ClapperError) -> None:
        """Print an error, one sentence for each of its problems."""
        problems = error.problems if isinstance(error, SettingsError) else (error,)
        for problem in problems:
            self.complain(problem.code, **problem.params)
