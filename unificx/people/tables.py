"""The room's tables. Names, e-mails, usernames, password hashes, addresses and user agents are sealed."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from unificx.kernel.personal import personal
from unificx.store.base import Base, plain, sealed_column


@dataclass(frozen=True, slots=True)
class PersonPart:
    """Who a person is. Of no use in setting up a call: an extension carries the name that is shown."""

    name: str = personal(
        "user.name",
        uses=("administration", "directory"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    email: str = personal(
        "user.contact.email",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


@dataclass(frozen=True, slots=True)
class ExtensionPart:
    """What a phone shows when the extension calls."""

    name: str = personal(
        "user.name",
        uses=("administration", "directory", "telephony"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


@dataclass(frozen=True, slots=True)
class DevicePart:
    """How a person tells their devices apart."""

    name: str = personal(
        "user.device",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )
    username: str = personal(
        "user.account.username",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class LoginPart:
    """A device's SIP credential: H(username:realm:password) in hex (RFC 7616), as good as the password here."""

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
    """An Argon2id hash (RFC 9106), with its own salt and parameters."""

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
    """What signed in from where, so that its person can recognise it."""

    name: str = personal(
        "user.device",
        uses=("security",),
        retention="sign_in",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    address: str = personal(
        "user.device.ip_address",
        uses=("security",),
        retention="sign_in",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    agent: str = personal(
        "user.device.user_agent",
        uses=("security",),
        retention="sign_in",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class AcceptancePart:
    """Old enough, yes or no; never a date of birth. The versions are "" beside a no."""

    of_age: bool = personal(
        "user.privacy_preferences",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    terms_version: str = personal(
        "user.privacy_preferences",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )
    policy_version: str = personal(
        "user.privacy_preferences",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=False,
    )


class TenantRow(Base):
    __tablename__ = "tenant"

    id: Mapped[str] = plain("our own random id", primary_key=True)
    slug: Mapped[str] = plain("an organisation's short name", unique=True)
    name: Mapped[str] = plain("an organisation's name")
    domain: Mapped[str] = plain("an organisation's SIP domain, in lower case", unique=True)
    state: Mapped[str] = plain("active or suspended")
    created: Mapped[datetime] = plain("when we made it")
    language: Mapped[str] = plain("one of our two languages")
    time_zone: Mapped[str] = plain("a zone of the world's time")
    park_seconds: Mapped[int] = plain("how long somebody stays parked")


class PersonRow(Base):
    """A closed account keeps its row without the sealed part: whose calls are still in the history stays known."""

    __tablename__ = "person"

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation", ForeignKey("tenant.id"), index=True)
    subject_id: Mapped[str] = plain("whose key seals the part below: random", index=True)
    role: Mapped[str] = plain("what an account may do")
    state: Mapped[str] = plain("invited, active, suspended or closed")
    created: Mapped[datetime] = plain("when we made it")
    language: Mapped[str | None] = plain("one of our two languages: half the world's choice")
    sealed: Mapped[bytes | None] = sealed_column(PersonPart, subject="subject_id")


class CredentialRow(Base):
    """A person's password."""

    __tablename__ = "credential"

    person_id: Mapped[str] = plain("the person", ForeignKey("person.id"), primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation", ForeignKey("tenant.id"), index=True)
    subject_id: Mapped[str] = plain("whose key seals the part below: random")
    must_change: Mapped[bool] = plain("made by us, to be replaced by one's own")
    changed: Mapped[datetime] = plain("when it was set")
    sealed: Mapped[bytes] = sealed_column(PasswordPart, subject="subject_id")


class SessionRow(Base):
    """A sign-in with its present tokens. `rules.rotation` says how one pair follows the other."""

    __tablename__ = "session"
    __table_args__ = (Index(None, "tenant_id", "person_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation", ForeignKey("tenant.id"))
    person_id: Mapped[str] = plain("the person", ForeignKey("person.id"))
    subject_id: Mapped[str] = plain("whose key seals the part below: random")
    device_id: Mapped[str | None] = plain("its SIP device", ForeignKey("device.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = plain("mobile, desktop, browser or program")
    access_digest: Mapped[str] = plain("SHA-256 of a random token", unique=True)
    access_expires: Mapped[datetime] = plain("when that token ends")
    family_digest: Mapped[str] = plain("SHA-256 of what its refresh tokens share: random", unique=True)
    refresh_digest: Mapped[str] = plain("SHA-256 of a random token")
    previous_digest: Mapped[str | None] = plain("SHA-256 of the random token before")
    salt: Mapped[bytes] = plain("a random value in each derivation of tokens")
    rotated: Mapped[datetime] = plain("when the tokens were made")
    created: Mapped[datetime] = plain("when somebody signed in")
    proved: Mapped[datetime | None] = plain("when the person last proved who they are")
    expires: Mapped[datetime] = plain("when the sign-in ends by itself")
    last_used: Mapped[date] = plain("a day, no finer")
    sealed: Mapped[bytes] = sealed_column(SessionPart, subject="subject_id")


class LinkRow(Base):
    """An invitation or a way back in that is on its way to somebody."""

    __tablename__ = "sign_in_link"
    __table_args__ = (Index(None, "tenant_id", "person_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation", ForeignKey("tenant.id"))
    person_id: Mapped[str] = plain("the person", ForeignKey("person.id"))
    kind: Mapped[str] = plain("invitation or recovery")
    code_digest: Mapped[str] = plain("SHA-256 of a random code", unique=True)
    expires: Mapped[datetime] = plain("when the code ends")


class AcceptanceRow(Base):
    """What a person said yes or no to when they came in."""

    __tablename__ = "acceptance"
    __table_args__ = (Index(None, "tenant_id", "person_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation", ForeignKey("tenant.id"))
    person_id: Mapped[str] = plain("the person", ForeignKey("person.id"))
    subject_id: Mapped[str] = plain("whose key seals the part below: random")
    at: Mapped[datetime] = plain("when it was said")
    sealed: Mapped[bytes] = sealed_column(AcceptancePart, subject="subject_id")


class NumberRow(Base):
    """A number of an organisation, taken by one thing: an extension, or what another room puts behind it."""

    __tablename__ = "numbering"

    tenant_id: Mapped[str] = plain("the organisation", ForeignKey("tenant.id"), primary_key=True)
    number: Mapped[str] = plain("the tenant's own number", primary_key=True)
    kind: Mapped[str] = plain("what it leads to, such as extension or room")


class ExtensionRow(Base):
    __tablename__ = "extension"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation", ForeignKey("tenant.id"))
    number: Mapped[str] = plain("the tenant's own number")
    person_id: Mapped[str | None] = plain("the person it belongs to, if any", ForeignKey("person.id"), index=True)
    subject_id: Mapped[str] = plain("whose key seals the part below: random")
    ring_seconds: Mapped[int] = plain("how long it rings")
    max_call_seconds: Mapped[int] = plain("how long one call may last")
    created: Mapped[datetime] = plain("when we made it")
    sealed: Mapped[bytes] = sealed_column(ExtensionPart, subject="subject_id")


class DeviceRow(Base):
    __tablename__ = "device"
    __table_args__ = (Index(None, "tenant_id", "extension_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the organisation", ForeignKey("tenant.id"))
    extension_id: Mapped[str] = plain("the extension it rings for", ForeignKey("extension.id"))
    subject_id: Mapped[str] = plain("whose key seals the parts below: random")
    kind: Mapped[str] = plain("phone, softphone or client")
    enabled: Mapped[bool] = plain("whether it may register")
    created: Mapped[datetime] = plain("when we made it")
    last_used: Mapped[date | None] = plain("a day, no finer")
    sealed: Mapped[bytes] = sealed_column(DevicePart, subject="subject_id")
    login: Mapped[bytes] = sealed_column(LoginPart, subject="subject_id")
