"""From the relay's link to a probed file: fetch, probe, fit to a limit, cut into parts."""

from bot.delivery.cutting import Cut, planned, write_part
from bot.delivery.fetch import VideoFetcher
from bot.delivery.limits import MARGIN, fits, link_expiry
from bot.delivery.packing import DEFAULT_LIMIT, MESSAGE_VIDEOS, SAFE_REQUEST, packed
from bot.delivery.probe import probe

__all__ = [
    "DEFAULT_LIMIT",
    "MARGIN",
    "MESSAGE_VIDEOS",
    "SAFE_REQUEST",
    "Cut",
    "VideoFetcher",
    "fits",
    "link_expiry",
    "packed",
    "planned",
    "probe",
    "write_part",
]
