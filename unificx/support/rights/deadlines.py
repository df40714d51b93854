"""Time limits of a request in the time zone and the country of its organisation."""

from dataclasses import replace
from datetime import datetime

from unificx.identity import DirectoryCache
from unificx.support.rights import clocks
from unificx.support.rights.schemas import GENERAL_KINDS, Kind, RightsRequest


def deadlines(
    directory: DirectoryCache, tenant_id: str, kind: Kind, received: datetime
) -> tuple[clocks.Regime, datetime | None, datetime, datetime]:
    """Return the regime, and until when to confirm a request, to answer it, and to answer it once extended."""
    tenant, zone = directory.tenant(tenant_id), directory.time_zone(tenant_id)
    country, day = tenant.country if tenant is not None else "", clocks.local_day(received, zone)
    is_general = kind in GENERAL_KINDS
    regime: clocks.Regime = "general" if is_general else clocks.regime_of(country)
    limits = clocks.general_limits(kind, country, day) if is_general else clocks.time_limits(regime, country, day)
    confirm_due = clocks.end_of(limits.confirm, zone) if limits.confirm is not None else None
    return regime, confirm_due, clocks.end_of(limits.answer, zone), clocks.end_of(limits.extended, zone)


def with_deadlines(directory: DirectoryCache, request: RightsRequest, since: datetime) -> RightsRequest:
    """Return a request with the time limits of its kind, from this time on."""
    regime, confirm_due, due, extendable = deadlines(directory, request.tenant_id, request.kind, since)
    return replace(request, regime=regime, confirm_due=confirm_due, due=due, extendable=extendable)
