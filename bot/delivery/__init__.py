"""From the relay's link to a file that plays in place: fetch, probe, fit to a limit, or cut."""

from bot.delivery.cutting import Cut, planned, write_part
from bot.delivery.fetch import VideoFetcher
from bot.delivery.fitting import Fitted, Fitter
from bot.delivery.limits import MARGIN, fits, link_expiry
from bot.delivery.packing import DEFAULT_LIMIT, MESSAGE_VIDEOS, packed, share, together_at
from bot.delivery.probe import probe

__all__ = [
    "DEFAULT_LIMIT",
    "MARGIN",
    "MESSAGE_VIDEOS",
    "Cut",
    "Fitted",
    "Fitter",
    "VideoFetcher",
    "fits",
    "link_expiry",
    "packed",
    "planned",
    "probe",
    "share",
    "together_at",
    "write_part",
]
