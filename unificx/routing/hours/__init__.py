"""Opening hours: weekly hours, holidays and a manual switch, as destinations."""

from unificx.routing.hours.schemas import HoursChange, NewHours, OpeningHours, Switch
from unificx.routing.hours.service import HOURS_APP, HoursService

__all__ = ["HOURS_APP", "HoursChange", "HoursService", "NewHours", "OpeningHours", "Switch"]
