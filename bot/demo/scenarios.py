"""Ways in which the sample relay can behave, as real relays do on their good and bad days."""

from enum import StrEnum


class Scenario(StrEnum):
    """What becomes of one request; all but the first are asked for by a test or a prompt."""

    FILM = "film"
    """Works."""
    HTML = "html"
    """A proxy's 504 page instead of an answer."""
    ERROR = "error"
    """500 with a JSON error."""
    BUSY = "busy"
    """429 with `Retry-After`."""
    QUOTA = "quota"
    """403: the relay's own credit is used up."""
    MODERATION = "moderation"
    """400 before anything is made."""
    LATE_MODERATION = "late-moderation"
    """200, and a refusal as text in the middle."""
    FAILED = "failed"
    """200, and a failure as text in the middle."""
    SILENT = "silent"
    """Takes the request and never answers."""
    STALLED = "stalled"
    """Goes quiet in the middle and keeps the connection."""
    SLOW = "slow"
    """Six times as long as usual, and never at once."""
    CUT = "cut"
    """The connection breaks in the middle; the work goes on, `/source/…` tells of it."""
    TICKET = "ticket"
    """A clean end after the links of the task; the work goes on likewise."""
    NO_VIDEO = "no-video"
    """A clean end with the word that it is done, and no link."""
    EXPIRED = "expired"
    """The link answers 403."""
    PAGE = "page"
    """The link answers an HTML page with 200."""
    OVERSIZE = "oversize"
    """A playable video with an empty box of 30 MiB at its end."""
    DETACHED = "detached"
    """Works, and goes on when nobody listens any more, as most relays do."""
    ELSEWHERE = "elsewhere"
    """The link names another origin."""
    SEVERAL = "several"
    """A list of three videos, or of as many as the prompt says ("6 variations")."""
    SEVERAL_EXPIRED = "several-expired"
    """The same, and the second link answers 403."""
    SEVERAL_OVERSIZE = "several-oversize"
    """The same, and the second video is as large as in `OVERSIZE`."""

    @property
    def outlives_its_stream(self) -> bool:
        """Whether the work goes on when nobody listens any more."""
        return self in (Scenario.CUT, Scenario.TICKET, Scenario.DETACHED)

    @property
    def tells_its_end(self) -> bool:
        """Whether the answer itself says what became of the work."""
        return self not in (Scenario.CUT, Scenario.TICKET)

    @property
    def several(self) -> bool:
        """Whether more than one video is made."""
        return self.value.startswith("several")

    def of_film(self, number: int) -> "Scenario":
        """What becomes of one of the films; 1 is the first."""
        second = {
            Scenario.SEVERAL_EXPIRED: Scenario.EXPIRED,
            Scenario.SEVERAL_OVERSIZE: Scenario.OVERSIZE,
        }
        if not self.several:
            return self
        return second.get(self, Scenario.FILM) if number == 2 else Scenario.FILM  # noqa: PLR2004
