"""When the next backup is due, and which ones are deleted. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from unificx.api import BackupEvery
from unificx.server.backup.folder import StoredBackup

HOUR = 2
"""Local hour after which the backup of a day or week is due."""
SUNDAY = 6
BEFORE_UPDATE_DAYS = timedelta(days=14)
"""For how long backups from before an update stay: with the master key, a backup opens what was erased since."""
OVERDUE = {"daily": timedelta(days=2), "weekly": timedelta(days=8)}


def is_due(every: BackupEvery, newest: datetime | None, local: datetime) -> bool:
    """Return whether a backup is to be made. `local` is the present time in the zone of the server; `newest` is that of
    the newest backup."""
    if every == "never":
        return False
    slot = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    slot -= timedelta(days=(local.weekday() - SUNDAY) % 7 if every == "weekly" else 0)
    if slot > local:
        slot -= timedelta(days=7 if every == "weekly" else 1)
    return newest is None or newest < slot


def is_overdue(every: BackupEvery, newest: datetime | None, now: datetime) -> bool:
    """Return whether backups should have been made and were not."""
    return every != "never" and (newest is None or now - newest > OVERDUE[every])


def superfluous(backups: Sequence[StoredBackup], keep: int, now: datetime) -> list[StoredBackup]:
    """Return the backups to be deleted: all but the newest `keep`, and old ones from before an update. `backups` begins
    with the newest."""
    regular = [each for each in backups if not each.before_update]
    old = [each for each in backups if each.before_update and now - each.created > BEFORE_UPDATE_DAYS]
    return regular[keep:] + old
