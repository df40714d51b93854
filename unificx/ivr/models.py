"""Model of menus. A prompt text may name people, and destinations may be telephone numbers: both are sealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


def _menu_field(category: str) -> Any:
    return personal(
        category,
        uses=("telephony", "administration"),
        retention="account",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class MenuPart:
    """Prompt text, and destinations in text form. `keys` are such as "1=extension:1001"."""

    say: str = _menu_field("user.name")
    keys: tuple[str, ...] = _menu_field("user.contact.phone_number")
    otherwise: str = _menu_field("user.contact.phone_number")


class MenuRow(Base):
    """A menu."""

    __tablename__ = "menu"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    number: Mapped[str] = plain("the tenant's own number")
    name: Mapped[str] = plain("text of the tenant that names a menu, not a person")
    created: Mapped[datetime] = plain("creation time")
    language: Mapped[str] = plain("language of the prompts; empty for that of the caller")
    timeout: Mapped[float] = plain("seconds to wait for a key")
    attempts: Mapped[int] = plain("missing or invalid entries allowed")
    direct_dial: Mapped[bool] = plain("whether callers may dial an extension")
    sound: Mapped[str] = plain("name of the sound that is the prompt; empty for a text")
    greeting: Mapped[str] = plain("random name of the stored audio of the text; empty for a sound")
    subject_id: Mapped[str] = plain("random subject id of the menu, whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(MenuPart, subject="subject_id")
