"""What the command line says: sentences by key, answers on stdout, everything else on stderr."""

import typer

from bot.domain.errors import ClapperError, Param, SettingsError
from bot.text import Texts
from bot.text.texts import SOURCE


class Voice:
    """Speaks to the operator at the terminal."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def say(self, key: str, **params: Param) -> str:
        """The sentence of `key`."""
        return self._texts.say(key, SOURCE, **params)

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
