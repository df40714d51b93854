"""Models of trunks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


def _credential() -> Any:
    return personal(
        "user.authorization.credentials",
        uses=("authentication", "administration"),
        retention="account",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class TrunkCredentials:
    """The login at the carrier: often a telephone number, and a password that has to be sent as a digest."""

    username: str = _credential()
    auth_username: str = _credential()
    password: str = _credential()
    signing_key: str | None = _credential()


class TrunkRow(Base):
    """A trunk."""

    __tablename__ = "trunk"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    name: Mapped[str] = plain("text of the tenant that names a trunk, not a person")
    created: Mapped[datetime] = plain("creation time")
    host: Mapped[str] = plain("server of the carrier")
    port: Mapped[int] = plain("port of the carrier's server, 0 if it is found by DNS")
    transport: Mapped[str] = plain("transport to the carrier")
    domain: Mapped[str] = plain("SIP domain of the carrier")
    registers: Mapped[bool] = plain("whether it registers with the carrier")
    accept_from: Mapped[str] = plain("networks of the carrier, separated by spaces")
    max_calls: Mapped[int | None] = plain("maximum number of concurrent calls")
    caller_id_header: Mapped[str] = plain("header with the caller's number")
    number_format: Mapped[str] = plain("format of numbers sent to the carrier")
    dtmf: Mapped[str] = plain("how digits are sent")
    register_seconds: Mapped[int] = plain("requested duration of a registration")
    check_seconds: Mapped[int] = plain("interval of the OPTIONS requests")
    certificate_url: Mapped[str] = plain("public address of the certificate for signed caller ids")
    verification: Mapped[str] = plain("what happens with signatures of incoming calls")
    sends_location: Mapped[bool] = plain("whether emergency calls carry the place of the caller")
    subject_id: Mapped[str] = plain("random subject id of the trunk, whose key seals the part below")
    sealed: Mapped[bytes | None] = sealed_column(TrunkCredentials, subject="subject_id")
