"""The six commands; what each needs is imported when it runs, so that help is quick."""

# ruff: noqa: PLC0415 - help must not wait for discord.py, SQLAlchemy and pydantic

import typer

from bot.cli import options
from bot.cli.options import help_of

app = typer.Typer(
    name="clapper",
    help=help_of("clapper"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(help=help_of("run"), short_help=help_of("run-short"))
def run() -> None:
    """Run the bot."""
    from bot.cli.run import run_now

    raise typer.Exit(run_now())


@app.command(help=help_of("demo"), short_help=help_of("demo-short"))
def demo(
    *,
    headless: options.Headless = False,
    prompt: options.DemoPrompt = None,
    image: options.DemoImage = None,
    out: options.Out = None,
    port: options.Port = None,
) -> None:
    """Show the bot at work."""
    from bot.cli.demo import show

    raise typer.Exit(show(headless=headless, prompt=prompt, image=image, out=out, port=port))


@app.command(help=help_of("generate"), short_help=help_of("generate-short"))
def generate(
    *,
    prompt: options.Prompt,
    image: options.Images = None,
    model: options.Model = None,
    ratio: options.Ratio = None,
    seconds: options.Seconds = None,
    out: options.Out = None,
    json: options.Json = False,
) -> None:
    """Make one video without Discord."""
    from bot.cli.generate import Wish, generate_now

    wish = Wish(
        prompt=prompt,
        images=tuple(image or ()),
        model=model,
        ratio=ratio,
        seconds=seconds,
        out=out,
    )
    raise typer.Exit(generate_now(wish, as_json=json))


@app.command(help=help_of("check"), short_help=help_of("check-short"))
def check() -> None:
    """Look at everything that the bot needs."""
    from bot.cli.check import check_now

    raise typer.Exit(check_now())


@app.command(help=help_of("health"), short_help=help_of("health-short"))
def health() -> None:
    """Ask whether the running bot is well."""
    from bot.cli.health import look

    raise typer.Exit(look())


@app.command(help=help_of("backup"), short_help=help_of("backup-short"))
def backup(file: options.BackupFile, *, force: options.Force = False) -> None:
    """Copy the database, which may be in use."""
    from bot.cli.backup import back_up_now

    raise typer.Exit(back_up_now(file, replace=force))
