"""Models of second factors, recovery codes and SSO providers. Secrets, public keys and codes are sealed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column


def _proof() -> Any:
    """Return a credential field that may be opened for authentication only."""
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
    """User-chosen label of a factor."""

    name: str = personal(
        "user.device",
        uses=("security", "authentication"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


@dataclass(frozen=True, slots=True)
class TotpPart:
    """TOTP secret (RFC 6238) in base32, and the last used time step: each step is accepted once."""

    secret: str = _proof()
    last_step: int | None = _proof()


@dataclass(frozen=True, slots=True)
class PasskeyPart:
    """WebAuthn credential: id and COSE public key in base64url, relying party host, last signature counter."""

    credential_id: str = _proof()
    public_key: str = _proof()
    host: str = _proof()
    sign_count: int = _proof()


@dataclass(frozen=True, slots=True)
class RecoveryPart:
    """SHA-256 digests of the unused recovery codes, in hex."""

    digests: tuple[str, ...] = _proof()


@dataclass(frozen=True, slots=True)
class ProviderPart:
    """Client secret of a tenant at its SSO provider."""

    client_secret: str = _proof()


class FactorRow(Base):
    """Exactly one of `totp` and `passkey` is set. Not `confirmed`: enrollment started but not completed."""

    __tablename__ = "factor"
    __table_args__ = (Index(None, "tenant_id", "person_id"),)

    id: Mapped[str] = plain("random row id", primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"))
    person_id: Mapped[str] = plain("person id", ForeignKey("person.id"))
    subject_id: Mapped[str] = plain("random id of the sealing key")
    kind: Mapped[str] = plain("totp or passkey")
    confirmed: Mapped[bool] = plain("enrollment completed")
    created: Mapped[datetime] = plain("time of enrollment")
    last_used: Mapped[date | None] = plain("date only")
    sealed: Mapped[bytes] = sealed_column(FactorPart, subject="subject_id")
    totp: Mapped[bytes | None] = sealed_column(TotpPart, subject="subject_id")
    passkey: Mapped[bytes | None] = sealed_column(PasskeyPart, subject="subject_id")


class RecoveryRow(Base):
    """Recovery codes of a user, always replaced as a set."""

    __tablename__ = "recovery_code"

    person_id: Mapped[str] = plain("person id", ForeignKey("person.id"), primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"), index=True)
    subject_id: Mapped[str] = plain("random id of the sealing key")
    created: Mapped[datetime] = plain("creation time")
    sealed: Mapped[bytes] = sealed_column(RecoveryPart, subject="subject_id")


class ProviderRow(Base):
    """OpenID Connect provider of a tenant."""

    __tablename__ = "sign_in_provider"

    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"), primary_key=True)
    subject_id: Mapped[str] = plain("random id of the sealing key")
    issuer: Mapped[str] = plain("issuer URL of a tenant's provider")
    client_id: Mapped[str] = plain("OAuth client id")
    link_by_email: Mapped[bool] = plain("allow linking by verified e-mail address")
    inside: Mapped[bool] = plain("set by an operator: private addresses allowed")
    changed: Mapped[datetime] = plain("modification time")
    sealed: Mapped[bytes] = sealed_column(ProviderPart, subject="subject_id")
