"""The tables that move with a tenant, and why others do not. A table without a rule fails the build."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Table

from unificx.db.base import Base

MOVED = frozenset(
    {
        *("tenant", "person", "extension", "device", "credential", "factor", "recovery_code", "api_key", "acceptance"),
        *("people_import", "imported_person"),
        "report_schedule",
        *("campaign", "suspension", "provisioned_account", "custom_role", "person_role"),
        *("provisioned_group", "provisioned_member"),
        *("consent", "notice_preference", "numbering", "sign_in_provider", "erasure", "retention_period"),
        *("audio", "audio_owner", "audio_derived", "own_sound"),
        *("call", "call_party", "call_step", "recording", "recording_party", "recording_listen"),
        *("recording_extension", "recording_mark", "recording_tenant"),
        *("queue", "queue_agent", "queue_agent_event", "queue_visit"),
        *("monitoring", "voicemail", "voicemail_box", "voicemail_greeting", "voicemail_tenant"),
        *("group_mailbox", "group_mailbox_member", "presence", "speed_dial", "phone_settings"),
        *("feature_code", "menu", "opening_hours", "ring_group", "ring_group_member", "room", "room_host"),
        *("number_block", "outbound_route", "public_number", "trunk", "location"),
        *("calling_limit", "calling_policy", "called_country", "fraud_stop"),
        *("conversation", "conversation_member", "chat_message", "chat_reaction"),
        *("contact", "contact_book", "contact_number", "contact_picture", "person_picture"),
        *("attachment", "attachment_limits"),
        *(
            "webhook",
            "diagnostics_report",
            "breach",
            "breach_notice",
            "disclosure",
            "handover",
            "rights_note",
            "rights_request",
            "rights_step",
        ),
        *("rate_deck", "rate", "rated_call", "ledger_entry", "billing_details"),
        *("hold", "held_object", "notice", "person_access", "scheduled_erasure"),
    }
)
LEFT: Mapping[str, str] = MappingProxyType(
    {
        "announcement": "notices of the sender; the receiver tells the people that they have moved",
        "access_copy": "sealed files of the sender, deleted after seven days",
        "applied_erasures": "state of the installation; the erasures themselves move",
        **dict.fromkeys(
            ("audit_entry", "audit_head", "audit_party"),
            "the sender's log, one tree of all its tenants: only there its proofs can be checked",
        ),
        **dict.fromkeys(
            ("plan", "plan_terms", "plan_assignment", "charged_count", "measured_storage", "trial"),
            "what the sender's operator sells and charges; the receiver assigns a plan of its own",
        ),
        **dict.fromkeys(
            ("credit", "credit_reservation"), "what the sender's operator allows; the receiver sets a limit of its own"
        ),
        **dict.fromkeys(
            ("card_processor", "card_payment", "card_event"),
            "payments to the sender's operator; what was paid moves with the ledger",
        ),
        "backup_schedule": "a setting of the installation",
        "binding": "registrations at the sender; phones register anew",
        **dict.fromkeys(
            ("chat_device", "chat_key_package", "chat_group_change", "chat_group_device"),
            "keys of devices that are signed in at the sender; at the receiver they begin new groups",
        ),
        "chat_delivery": "messages on their way to phones of the sender",
        "calendar_feed": "links to the sender's address",
        "guest_link": "links to the sender's address",
        "handled": "marks of events; no event may wait when a tenant is exported",
        **dict.fromkeys(("handled_email", "read_mailbox"), "how far the installation has read its mailbox"),
        **dict.fromkeys(
            ("invoice", "invoice_number", "invoice_notice", "direct_debit", "invoice_run", "invoice_run_outcome"),
            "records of the sender's operator, who has issued the invoices",
        ),
        "installation": "the id of the installation",
        "letter": "e-mails that the sender sends",
        "live_call": "calls of the sender that are in progress",
        "meeting_invitation": "e-mails of the sender with links to its address; hosts invite again",
        "outbox": "events; none may wait when a tenant is exported",
        "push_subscription": "bound to the sender's key for push messages",
        **dict.fromkeys(
            ("reseller", "reseller_host", "reseller_tenant"),
            "contracts of the sender's operator; the receiver makes its own",
        ),
        "retention_state": "sweeps of the installation",
        "session": "sign-ins at the sender's address",
        "sign_in_link": "links to the sender's address",
        "suppressed_address": "hashes with a secret of the sender; withdrawals move with the ledger of consents",
        "support_access": "consents to access of the sender's operator",
        "stored_answer": "answers of the sender that are stored for repeated requests",
        "transmission": "the record of the installation, of all its tenants",
        "undeliverable_address": "hashes with a secret of the sender; the receiver's mail server finds out by itself",
        "webhook_delivery": "deliveries that the sender makes",
    }
)


def tenant_column(table: Table) -> Any:
    """Return the column with the id of the tenant."""
    return table.c.id if table.name == "tenant" else table.c.tenant_id


def moved_tables() -> list[Table]:
    """Return the tables that move, that of the tenant first, each after those that it refers to."""
    found = [table for table in Base.metadata.sorted_tables if table.name in MOVED]
    return sorted(found, key=lambda table: table.name != "tenant")


def admitted(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as the receiver takes it: nothing gives rights over the receiver's installation."""
    if table == "person" and row["role"] == "operator":
        return {**row, "role": "tenant_admin"}
    if table == "suspension" and row["person_id"] is None:  # its review is in the queue of the sender's operator
        return {**row, "review": "none", "review_id": None}
    if table == "sign_in_provider":
        return {**row, "inside": False}
    return row
