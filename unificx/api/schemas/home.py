"""Bodies of the first page of administrators."""

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
    "trial_ends",
    "trial_ended",
]


class AttentionItem(Output):
    """A kind of open matters."""

    kind: AttentionKind = Field(
        description="`calls_stopped`: by the fraud guard. `requests_open`: not overdue. `emails_failed`: of the last"
        " seven days. `invoices_waiting`: of all tenants, issued before today and not sent; shown to operators."
        " `trial_ends`: undecided; the number is that of its days that are left."
    )
    count: int


class AttentionList(Output):
    """The open matters of an administrator, most urgent first."""

    items: list[AttentionItem]


class SetUp(Output):
    """The configured parts of this installation and of the tenant."""

    own_server: bool = Field(
        description="The user looks after the server: operators, and administrators of its only organisation."
    )
    public_address: bool = Field(description="The public address is configured, so links in e-mails work outside.")
    secure: bool = Field(description="The address is https: phones can install the app and ring when it is closed.")
    email: bool = Field(description="E-mail can be sent.")
    turn: bool = Field(description="A TURN server relays media where networks block it (RFC 8656).")
    people: int = Field(description="People with an open account.")
    signed_in: int = Field(description="Those of them who have signed in and are not suspended.")
    has_phones: bool = Field(description="A device was added to an extension.")
    has_trunk: bool
    has_number: bool = Field(description="A public number leads to a destination.")
    has_hours: bool
    has_location: bool = Field(description="Emergency calls can tell from where they are made.")
