"""Table with the schedule of backups."""

from sqlalchemy.orm import Mapped

from unificx.db import Base, plain


class BackupScheduleRow(Base):
    """The only row is that of the installation."""

    __tablename__ = "backup_schedule"

    id: Mapped[int] = plain("always 1", primary_key=True)
    every: Mapped[str] = plain("never, daily or weekly")
    keep: Mapped[int] = plain("how many backups stay")
    drill: Mapped[bool] = plain("whether each backup is tried")
