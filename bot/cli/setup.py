"""What can be seen from the settings alone: what is missing, what is doubtful, the token's form."""

from collections.abc import Iterator

from bot.cli.findings import Finding, ok, problem, warning
from bot.settings import Settings, config_path, missing, unknown_in_dotenv


def look_at_settings(settings: Settings) -> Iterator[Finding]:
    """What `run` would miss, and what is probably not meant as it is."""
    for each in unknown_in_dotenv():
        yield warning("settings", each.code, **each.params)
    absent = list(missing(settings, "run"))
    for each in absent:
        yield problem("settings", each.code, **each.params)
    if not settings.allowed_servers:
        yield warning("settings", "check-any-server")
    if not absent:
        file = config_path()
        labels = ", ".join(model.label for model in settings.catalogue)
        count = len(settings.catalogue)
        yield ok("settings", "check-settings", file=str(file or ""), models=labels, count=count)


def look_at_token(settings: Settings) -> Finding:
    """A bot token begins with its application's id, in base64."""
    if not settings.application.isdecimal():
        return warning("token", "check-token-doubtful")
    return ok("token", "check-token", application=settings.application)
