"""Tables of the ways to prove oneself besides a password. Secrets, public keys and codes are sealed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.store.base import Base, plain, sealed_column


def _proof() -> Any:
    """A field that only letting somebody in may open."""
    return personal(
        "user.authorization.credentials",
        uses=("authentication",),
        retention="account",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class FactorPart:
    """How a person tells their factors apart."""

    name: str = personal(
        "user.device",
        uses=("security",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


@dataclass(frozen=True, slots=True)
class TotpPart:
    """A shared secret (RFC 6238) in base32, and the last time step it was used in: no step counts twice."""

    secret: str = _proof()
    last_step: int | None = _proof()


@dataclass(frozen=True, slots=True)
class PasskeyPart:
    """A WebAuthn credential: id and COSE public key in base64url, the host it is for, its counter as last seen."""

    credential_id: str = _proof()
    public_key: str = _proof()
    host: str = _proof()
    sign_count: int = _proof()


@dataclass(frozen=True, slots=True)
class RecoveryPart:
    """SHA-256 of each recovery code not used yet, in hex."""

    digests: tuple[str, ...] = _proof()


@dataclass(frozen=True, slots=True)
class ProviderPart:
    """What an organisation proves itself with to its sign-in provider."""

    client_secret: str = _proof()


class FactorRow(Base):
    """Exactly one of `totp` and `passkey` is there. Not `confirmed`: begun, and worth nothing yet."""

    __tablename__ = "factor"
    __table_args__ = (Index(None, "tenant_id", "person_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation", ForeignKey("tenant.id"))
    person_id: Mapped[str] = plain("the person", ForeignKey("person.id"))
    subject_id: Mapped[str] = plain("whose key seals the parts below: random")
    kind: Mapped[str] = plain("totp or passkey")
    confirmed: Mapped[bool] = plain("whether it was seen to work")
    created: Mapped[datetime] = plain("when it was begun")
    last_used: Mapped[date | None] = plain("a day, no finer")
    sealed: Mapped[bytes] = sealed_column(FactorPart, subject="subject_id")
    totp: Mapped[bytes | None] = sealed_column(TotpPart, subject="subject_id")
    passkey: Mapped[bytes | None] = sealed_column(PasskeyPart, subject="subject_id")


class RecoveryRow(Base):
    """A person's recovery codes, made anew all at once."""

    __tablename__ = "recovery_code"

    person_id: Mapped[str] = plain("the person", ForeignKey("person.id"), primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation", ForeignKey("tenant.id"), index=True)
    subject_id: Mapped[str] = plain("whose key seals the part below: random")
    created: Mapped[datetime] = plain("when they were made")
    sealed: Mapped[bytes] = sealed_column(RecoveryPart, subject="subject_id")


class ProviderRow(Base):
    """Where an organisation's people sign in, if not here (OpenID Connect)."""

    __tablename__ = "sign_in_provider"

    tenant_id: Mapped[str] = plain("the organisation", ForeignKey("tenant.id"), primary_key=True)
    subject_id: Mapped[str] = plain("whose key seals the part below: made for this row, random")
    issuer: Mapped[str] = plain("the address of an organisation's sign-in service")
    client_id: Mapped[str] = plain("what the service calls this installation")
    link_by_email: Mapped[bool] = plain("whether an address the service verified is enough to know somebody by")
    inside: Mapped[bool] = plain("set by an operator, who may name a service that is not on the public network")
    changed: Mapped[datetime] = plain("when it was set")
    sealed: Mapped[bytes] = sealed_column(ProviderPart, subject="subject_id")
