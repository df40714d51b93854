"""Models. Names, e-mail addresses, usernames, password hashes, addresses and user agents are sealed."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, column_property

from unificx.core.personal import personal
from unificx.db.base import Base, plain, sealed_column
from unificx.identity.role_models import granted_to


@dataclass(frozen=True, slots=True)
class PersonPart:
    """Name, e-mail address and department of a user. Not needed for call setup: the extension has its own copies."""

    name: str = personal(
        "user.name",
        uses=("administration", "directory", "authentication", "security", "telephony"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    email: str = personal(
        "user.contact.email",
        uses=("administration", "authentication", "security", "telephony"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    department: str | None = personal(
        "user.name",
        uses=("administration", "directory", "authentication", "security", "telephony"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    """None in rows that are older than this field."""


@dataclass(frozen=True, slots=True)
class ExtensionPart:
    """Caller name and department of an extension. The department of a user is copied to their extensions."""

    name: str = personal(
        "user.name",
        uses=("administration", "directory", "telephony", "authentication", "history"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    department: str | None = personal(
        "user.name",
        uses=("administration", "directory", "telephony", "authentication", "history"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    """None in rows that are older than this field."""


@dataclass(frozen=True, slots=True)
class DevicePart:
    """User-chosen name and SIP username of a device."""

    name: str = personal(
        "user.device",
        uses=("administration", "telephony"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    username: str = personal(
        "user.account.username",
        uses=("administration", "telephony"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class LoginPart:
    """SIP credential of a device: H(username:realm:password) in hex (RFC 7616), equivalent to the password here."""

    username: str = personal(
        "user.account.username",
        uses=("authentication",),
        retention="account",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )
    ha1_md5: str = personal(
        "user.authorization.credentials",
        uses=("authentication",),
        retention="account",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )
    ha1_sha256: str = personal(
        "user.authorization.credentials",
        uses=("authentication",),
        retention="account",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class PasswordPart:
    """Argon2id hash (RFC 9106) with its own salt and parameters."""

    hash: str = personal(
        "user.authorization.password",
        uses=("authentication",),
        retention="account",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class SessionPart:
    """Device and source of a session, shown to its user."""

    name: str = personal(
        "user.device",
        uses=("security", "authentication"),
        retention="sign_in",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    address: str = personal(
        "user.device.ip_address",
        uses=("security", "authentication"),
        retention="address",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    agent: str = personal(
        "user.device.user_agent",
        uses=("security", "authentication"),
        retention="address",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class ApiKeyPart:
    """Name of an API key, chosen by its user."""

    name: str = personal(
        "user.device",
        uses=("security", "authentication"),
        retention="sign_in",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class AcceptancePart:
    """Of age, yes or no; never a date of birth. The versions are "" if not of age."""

    of_age: bool = personal(
        "user.privacy_preferences",
        uses=("administration", "authentication"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    terms_version: str = personal(
        "user.privacy_preferences",
        uses=("administration", "authentication"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    policy_version: str = personal(
        "user.privacy_preferences",
        uses=("administration", "authentication"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


class TenantRow(Base):
    __tablename__ = "tenant"

    id: Mapped[str] = plain("random row id", primary_key=True)
    slug: Mapped[str] = plain("tenant's short name", unique=True)
    name: Mapped[str] = plain("tenant's name")
    domain: Mapped[str] = plain("tenant's SIP domain, lower case", unique=True)
    state: Mapped[str] = plain("active or suspended")
    created: Mapped[datetime] = plain("creation time")
    language: Mapped[str] = plain("language code")
    time_zone: Mapped[str] = plain("IANA time zone")
    park_seconds: Mapped[int] = plain("parking timeout")
    sign_out_time: Mapped[str | None] = plain("local time at which users are signed out of shared phones")
    country: Mapped[str] = plain("country code of the numbering plan")
    pickup: Mapped[str] = plain("which calls may be picked up")
    chat: Mapped[bool] = plain("whether users may use chat")
    pictures: Mapped[bool] = plain("whether pictures of people are shown")
    assistants: Mapped[bool] = plain("whether assistants of users may read")


class PersonRow(Base):
    """A closed account keeps its row without the sealed part, as call records refer to it."""

    __tablename__ = "person"
    __table_args__ = (Index(None, "tenant_id", "revision"),)

    id: Mapped[str] = plain("random row id", primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"))
    subject_id: Mapped[str] = plain("random id of the sealing key", index=True)
    role: Mapped[str] = plain("account role")
    state: Mapped[str] = plain("invited, active, suspended or closed")
    created: Mapped[datetime] = plain("creation time")
    language: Mapped[str | None] = plain("language code, too coarse to identify")
    revision: Mapped[int] = plain("number of its last change among all of the tenant", default=0)
    sealed: Mapped[bytes | None] = sealed_column(PersonPart, subject="subject_id")
    granted: Mapped[str | None] = column_property(granted_to(id, tenant_id))
    """Not a column: the permissions of the custom roles, read with the account."""


class CredentialRow(Base):
    """Password of a user."""

    __tablename__ = "credential"

    person_id: Mapped[str] = plain("person id", ForeignKey("person.id"), primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"), index=True)
    subject_id: Mapped[str] = plain("random id of the sealing key")
    must_change: Mapped[bool] = plain("one-time password")
    made_by: Mapped[str | None] = plain(
        "random id of the other person who chose it, or console; null for the person themselves"
    )
    changed: Mapped[datetime] = plain("modification time")
    sealed: Mapped[bytes] = sealed_column(PasswordPart, subject="subject_id")


class SessionRow(Base):
    """Session with its current tokens. See `token_rotation` for how pairs follow each other."""

    __tablename__ = "session"
    __table_args__ = (Index(None, "tenant_id", "person_id"),)

    id: Mapped[str] = plain("random row id", primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"))
    person_id: Mapped[str] = plain("person id", ForeignKey("person.id"))
    subject_id: Mapped[str] = plain("random id of the sealing key")
    device_id: Mapped[str | None] = plain("device id", ForeignKey("device.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = plain("mobile, desktop, browser or program")
    access_digest: Mapped[str] = plain("digest of a random token", unique=True)
    access_expires: Mapped[datetime] = plain("expiry of the access token")
    family_digest: Mapped[str] = plain("digest of the random token family", unique=True)
    refresh_digest: Mapped[str] = plain("digest of a random token")
    previous_digest: Mapped[str | None] = plain("digest of the previous token")
    salt: Mapped[bytes] = plain("random salt of token derivation")
    rotated: Mapped[datetime] = plain("time of the last refresh")
    used: Mapped[bool] = plain("whether the access token was used since the last refresh", default=True)
    created: Mapped[datetime] = plain("sign-in time")
    proved: Mapped[datetime | None] = plain("time of the last step-up")
    made_by: Mapped[str | None] = plain(
        "random id of the other person who made its code or password, or console; null for the person themselves"
    )
    expires: Mapped[datetime] = plain("session expiry")
    last_used: Mapped[date] = plain("date only")
    truncated: Mapped[bool] = plain("whether address and browser were truncated after their period", default=False)
    sealed: Mapped[bytes] = sealed_column(SessionPart, subject="subject_id")


class ApiKeyRow(Base):
    """API key of a user. Deleted with the account."""

    __tablename__ = "api_key"
    __table_args__ = (Index(None, "tenant_id", "person_id"),)

    id: Mapped[str] = plain("random row id", primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"))
    person_id: Mapped[str] = plain("person id", ForeignKey("person.id"))
    subject_id: Mapped[str] = plain("random id of the sealing key")
    digest: Mapped[str] = plain("digest of a random token", unique=True)
    prefix: Mapped[str] = plain("first characters of a random token")
    scopes: Mapped[str] = plain("names of scopes, separated by spaces")
    made_by: Mapped[str | None] = plain(
        "random id of the other person who created it, or console; null for the person themselves"
    )
    created: Mapped[datetime] = plain("creation time")
    expires: Mapped[datetime] = plain("expiry time", index=True)
    last_used: Mapped[date | None] = plain("date only")
    sealed: Mapped[bytes] = sealed_column(ApiKeyPart, subject="subject_id")


class LinkRow(Base):
    """Pending invitation or recovery link."""

    __tablename__ = "sign_in_link"
    __table_args__ = (Index(None, "tenant_id", "person_id"),)

    id: Mapped[str] = plain("random row id", primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"))
    person_id: Mapped[str] = plain("person id", ForeignKey("person.id"))
    kind: Mapped[str] = plain("invitation or recovery")
    code_digest: Mapped[str] = plain("digest of a random code", unique=True)
    expires: Mapped[datetime] = plain("link expiry")


class AcceptanceRow(Base):
    """Declaration of age and acceptance of terms by a user."""

    __tablename__ = "acceptance"
    __table_args__ = (Index(None, "tenant_id", "person_id"),)

    id: Mapped[str] = plain("random row id", primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"))
    person_id: Mapped[str] = plain("person id", ForeignKey("person.id"))
    subject_id: Mapped[str] = plain("random id of the sealing key")
    at: Mapped[datetime] = plain("time of the declaration")
    made_by: Mapped[str | None] = plain(
        "random id of the other person who gave the access it was made with, or console; null for the person themselves"
    )
    sealed: Mapped[bytes] = sealed_column(AcceptancePart, subject="subject_id")


class NumberRow(Base):
    """Allocated number of a tenant: an extension, or an object of another area."""

    __tablename__ = "numbering"

    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"), primary_key=True)
    number: Mapped[str] = plain("internal number", primary_key=True)
    kind: Mapped[str] = plain("object type, such as extension or room")


class ExtensionRow(Base):
    __tablename__ = "extension"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    id: Mapped[str] = plain("random row id", primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"))
    number: Mapped[str] = plain("internal number")
    person_id: Mapped[str | None] = plain("person id, if any", ForeignKey("person.id"), index=True)
    subject_id: Mapped[str] = plain("random id of the sealing key")
    ring_seconds: Mapped[int] = plain("ring time")
    max_call_seconds: Mapped[int] = plain("maximum call duration")
    created: Mapped[datetime] = plain("creation time")
    sealed: Mapped[bytes] = sealed_column(ExtensionPart, subject="subject_id")


class DeviceRow(Base):
    __tablename__ = "device"
    __table_args__ = (Index(None, "tenant_id", "extension_id"),)

    id: Mapped[str] = plain("random row id", primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"))
    extension_id: Mapped[str] = plain("extension id", ForeignKey("extension.id"))
    subject_id: Mapped[str] = plain("random id of the sealing key")
    kind: Mapped[str] = plain("phone, softphone or client")
    enabled: Mapped[bool] = plain("registration allowed")
    created: Mapped[datetime] = plain("creation time")
    last_used: Mapped[date | None] = plain("date only")
    shared: Mapped[bool] = plain("whether users sign in at it")
    used_by: Mapped[str | None] = plain("id of the extension whose user is signed in at it")
    used_since: Mapped[datetime | None] = plain("when that user signed in")
    sealed: Mapped[bytes] = sealed_column(DevicePart, subject="subject_id")
    login: Mapped[bytes] = sealed_column(LoginPart, subject="subject_id")
