"""Bodies of open matters of a tenant."""

from typing import Literal

from pydantic import Field

from unificx.api.schemas.core import Output

AttentionKind = Literal[
    "trunks_down",
    "calls_stopped",
    "requests_overdue",
    "requests_open",
    "help_requests",
    "emails_failed",
    "invoices_overdue",
    "invoices_waiting",
    "credit_low",
]


class AttentionItem(Output):
    """A kind of open matters."""

    kind: AttentionKind = Field(
        description="`calls_stopped`: by the fraud guard. `requests_open`: not overdue. `emails_failed`: of the last"
        " seven days. `invoices_waiting`: of all tenants, issued before today and not sent; shown to operators."
    )
    count: int


class AttentionList(Output):
    """The open matters of an administrator, most urgent first."""

    items: list[AttentionItem]
