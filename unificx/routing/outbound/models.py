"""Models of routes, public numbers, block lists, permissions and stops. Numbers of people are sealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


def _number_field(category: str = "user.contact.phone_number") -> Any:
    return personal(
        category,
        uses=("telephony", "administration"),
        retention="account",
        on_erase="delete",
        export=True,
        rectifiable=True,
    )


@dataclass(frozen=True, slots=True)
class NumberPart:
    """A public number in E.164, its destination, destinations by pattern of the caller's number, alternating, and a
    description."""

    number: str = _number_field()
    destination: str = _number_field("user.account.extension")
    callers: tuple[str, ...] = _number_field()
    description: str | None = _number_field("user.content")


@dataclass(frozen=True, slots=True)
class BlockPart:
    """A number or the beginning of numbers, and a note."""

    pattern: str = _number_field()
    note: str = _number_field()


class RouteRow(Base):
    """A way to numbers outside."""

    __tablename__ = "outbound_route"
    __table_args__ = (Index(None, "tenant_id", "position"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    name: Mapped[str] = plain("text of the tenant that names a route, not a person")
    pattern: Mapped[str] = plain("digits and wildcards of the numbers that take the route")
    trunks: Mapped[str] = plain("ids of trunks in order, separated by commas")
    weights: Mapped[str] = plain("shares of the trunks, separated by commas, or nothing")
    position: Mapped[int] = plain("place in the order of routes")
    strip: Mapped[int] = plain("characters removed from the number")
    prepend: Mapped[str] = plain("digits put before the number, such as a carrier's code")
    caller_number_id: Mapped[str] = plain("id of the public number that is shown, or nothing")
    created: Mapped[datetime] = plain("creation time")


class PublicNumberRow(Base):
    """A number of a tenant in the public network."""

    __tablename__ = "public_number"
    __table_args__ = (Index(None, "tenant_id", "trunk_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    trunk_id: Mapped[str] = plain("the trunk on which its calls come in")
    reject_anonymous: Mapped[bool] = plain("whether callers that withhold their number are rejected")
    shown_for: Mapped[str] = plain("ids of extensions, and groups and queues, that show this number")
    created: Mapped[datetime] = plain("creation time")
    subject_id: Mapped[str] = plain("random subject id of the number, whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(NumberPart, subject="subject_id")


class NumberBlockRow(Base):
    """An entry of a block or allow list."""

    __tablename__ = "number_block"
    __table_args__ = (Index(None, "tenant_id", "extension_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    extension_id: Mapped[str] = plain("the extension whose list it is, or nothing for that of the tenant")
    direction: Mapped[str] = plain("in or out")
    allows: Mapped[bool] = plain("whether the number is allowed instead of blocked")
    created: Mapped[datetime] = plain("creation time")
    subject_id: Mapped[str] = plain("random subject id of the entry, whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(BlockPart, subject="subject_id")


class CallingPolicyRow(Base):
    """Permissions of a tenant for calls outside."""

    __tablename__ = "calling_policy"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    countries: Mapped[str] = plain("codes of countries that may be called, separated by commas")
    premium: Mapped[bool] = plain("whether premium numbers may be called")
    alerted: Mapped[str] = plain("ids of users who are notified, separated by commas")
    prices: Mapped[str] = plain("cents per minute by beginning of the number, such as 49=2,41=12")
    night_from: Mapped[int] = plain("hour at which the night begins")
    night_until: Mapped[int] = plain("hour at which the night ends")


class CalledCountryRow(Base):
    """A foreign country that the tenant has called."""

    __tablename__ = "called_country"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    country: Mapped[str] = plain("code of the country", primary_key=True)
    first_day: Mapped[int] = plain("day of the first call, as an ordinal; 0 if it was declared as usual")


class CallingLimitRow(Base):
    """Limits of calls outside for a tenant, an extension or a trunk."""

    __tablename__ = "calling_limit"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    scope: Mapped[str] = plain("tenant, extension or trunk", primary_key=True)
    scope_id: Mapped[str] = plain("id of the extension or trunk, or nothing", primary_key=True)
    calls_per_hour: Mapped[int | None] = plain("maximum of calls in an hour")
    concurrent: Mapped[int | None] = plain("maximum of calls at a time")
    minutes_per_day: Mapped[int | None] = plain("maximum of minutes in a day")
    cents_per_day: Mapped[int | None] = plain("maximum of estimated costs in a day")
    reach: Mapped[str] = plain("numbers that may be called: everywhere, national or inside")
    hours: Mapped[str] = plain("id of the opening hours during which they may be called, or nothing")


class FraudStopRow(Base):
    """Calls outside that were stopped by a limit."""

    __tablename__ = "fraud_stop"
    __table_args__ = (Index(None, "tenant_id", "created"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    scope: Mapped[str] = plain("tenant, extension or trunk")
    scope_id: Mapped[str] = plain("id of the extension or trunk, or nothing")
    rule: Mapped[str] = plain("limit that was exceeded")
    country: Mapped[str] = plain("code of the country called, or nothing")
    foreign: Mapped[bool] = plain("whether only foreign calls are stopped")
    measured: Mapped[int] = plain("calls, seconds or cents that were counted")
    limit: Mapped[int] = plain("limit of the same unit")
    created: Mapped[datetime] = plain("time of the stop")
    until: Mapped[datetime | None] = plain("time at which it ends by itself")
    released: Mapped[datetime | None] = plain("time of the release")
    released_by: Mapped[str] = plain("id of the user who released it, or nothing")
