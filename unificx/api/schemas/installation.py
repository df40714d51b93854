"""Bodies of health and tenants of the installation."""

from typing import Literal

from pydantic import Field

from unificx.api.installation_ports import HealthName, HealthState
from unificx.api.schemas.core import Output


class HealthCheck(Output):
    """State of a part of the installation."""

    name: HealthName
    state: HealthState
    value: float | None = Field(
        description="`sip`: listeners. `calls`, `phones`: now. `disk`: free bytes. `certificate`: days until its end."
        " `emails`, `invoices`: waiting. `webhooks`: failing. `trunks`: down. `backup`: hours since the newest."
        " `sweeps`: hours that data is overdue. `holds`: to be reviewed. Null if there is no number."
    )


class InstallationHealth(Output):
    """State of all parts of the installation."""

    checks: list[HealthCheck]


class TenantFigures(Output):
    """A tenant in numbers."""

    id: str
    name: str = Field(description="Of the organisation.")
    state: Literal["active", "suspended"]
    plan: str | None = Field(description="Name of the plan in force today.")
    people: int = Field(description="Open accounts.")
    extensions: int
    live_calls: int
