"""From the relay's link to a file that plays in place: fetch, probe, fit to a limit."""

from bot.delivery.fetch import VideoFetcher
from bot.delivery.fitting import Fitted, Fitter
from bot.delivery.limits import fits, link_expiry
from bot.delivery.packing import DEFAULT_LIMIT, packed, share
from bot.delivery.probe import probe

__all__ = [
    "DEFAULT_LIMIT",
    "Fitted",
    "Fitter",
    "VideoFetcher",
    "fits",
    "link_expiry",
    "packed",
    "probe",
    "share",
]
