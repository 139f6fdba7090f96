"""The options of the commands; their help stands with all other sentences."""

from pathlib import Path
from typing import Annotated

import typer

from bot.text import Texts

_texts = Texts()
"""Read once: option declarations are evaluated when this module is imported."""


def help_of(name: str) -> str:
    """The help text of a command or an option."""
    return _texts.say(f"cli-help-{name}")


Prompt = Annotated[str, typer.Option("--prompt", "-p", help=help_of("prompt"), show_default=False)]
DemoPrompt = Annotated[str | None, typer.Option("--prompt", help=help_of("demo-prompt"))]
Images = Annotated[
    list[str] | None, typer.Option("--image", metavar="PATH|URL", help=help_of("image"))
]
DemoImage = Annotated[
    Path | None, typer.Option("--image", metavar="FILE", help=help_of("demo-image"))
]
Model = Annotated[str | None, typer.Option("--model", metavar="ID", help=help_of("model"))]
Ratio = Annotated[str | None, typer.Option("--ratio", metavar="W:H", help=help_of("ratio"))]
Seconds = Annotated[int | None, typer.Option("--seconds", min=1, help=help_of("seconds"))]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help=help_of("out"))]
Json = Annotated[bool, typer.Option("--json", help=help_of("json"))]
Headless = Annotated[bool, typer.Option("--headless", help=help_of("headless"))]
Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help=help_of("port"))]
BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help=help_of("backup-file"))]
Force = Annotated[bool, typer.Option("--force", help=help_of("force"))]
