"""The catalogue of notices: everything that is sent to people, by e-mail, push, in the app or by webhook.

A message that is not in the catalogue cannot be sent: the queue of e-mails and the sender of push messages take a kind
of it. `tests/house/test_notice_catalogue.py` checks the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

EmailKind = Literal[
    "invitation",
    "recovery",
    "sign_up",
    "new_device",
    "device_given",
    "code_tried_again",
    "session_theft",
    "password_changed",
    "factor_changed",
    "recovery_used",
    "api_key_created",
    "voicemail",
    "voicemail_sound",
    "emergency_call",
    "emergency_call_answered",
    "emergency_call_unanswered",
    "calls_stopped",
    "credit_low",
    "trial_ends",
    "trial_ended",
    "calls_end",
    "calls_ended",
    "storage_low",
    "policy_changed",
    "tenant_moved",
    "payment_disputed",
    "refund_failed",
    "privacy_request",
    "suspended",
    "resumed",
    "closing",
    "tenant_suspended",
    "tenant_closing",
    "tenant_resumed",
    "request_code",
    "request_answer",
    "breach_notice",
    "access_copy",
    "invoice",
    "invoice_reminder",
    "report",
    "meeting_invitation",
    "meeting_changed",
    "meeting_cancelled",
    "marketing",
    "email_test",
]
PushKind = Literal["message", "call", "stop", "signed_out", "test"]
"""Notices by push alone, whose kind is the `type` of the push message. A notice that is also an e-mail has the type
`notice` there: a push service must not learn more, and the e-mail has the text."""
NoticeKind = EmailKind | PushKind
Channel = Literal["email", "push", "app", "webhook"]
"""`app`: the list under the bell; `webhook`: an event of the webhooks of the tenant, with ids only."""
Audience = Literal["person", "administrator", "outsider"]
"""`administrator`: users named by the tenant, or all administrators. `outsider`: people without an account."""
MandatoryReason = Literal["security", "law", "requested", "service", "consent"]
"""Why a notice has no switch: it protects the account; the law demands it; the recipient has asked for it; the service
does not work without it; or it is sent with a consent only, which has a switch of its own."""

EMAIL_KINDS: tuple[EmailKind, ...] = get_args(EmailKind)
PUSH_KINDS: tuple[PushKind, ...] = get_args(PushKind)


@dataclass(frozen=True, slots=True)
class NoticeDeclaration:
    """One kind of notice.

    `mandatory`: why it cannot be switched off; None for a notice that people may switch off, channel by channel.
    `part_of`: the notice whose switch also counts for this one. `off`: channels that are off until a person turns them
    on.
    """

    channels: tuple[Channel, ...]
    audience: Audience = "person"
    mandatory: MandatoryReason | None = None
    part_of: NoticeKind | None = None
    off: tuple[Channel, ...] = ()


_EMAIL: tuple[Channel, ...] = ("email",)
_PUSH: tuple[Channel, ...] = ("push",)
_BOTH: tuple[Channel, ...] = ("email", "push")
_PERSON: tuple[Channel, ...] = ("email", "push", "app")
_ALL: tuple[Channel, ...] = ("email", "push", "app", "webhook")
_SECURITY = NoticeDeclaration(_PERSON, mandatory="security")

CATALOGUE: Mapping[NoticeKind, NoticeDeclaration] = MappingProxyType(
    {
        "invitation": NoticeDeclaration(_EMAIL, mandatory="service"),
        "recovery": NoticeDeclaration(_EMAIL, mandatory="requested"),
        "sign_up": NoticeDeclaration(_EMAIL, "outsider", mandatory="requested"),
        "new_device": _SECURITY,
        "device_given": _SECURITY,
        "code_tried_again": _SECURITY,
        "session_theft": _SECURITY,
        "password_changed": _SECURITY,
        "factor_changed": _SECURITY,
        "recovery_used": _SECURITY,
        "api_key_created": _SECURITY,
        "voicemail": NoticeDeclaration(_EMAIL),
        "voicemail_sound": NoticeDeclaration(_EMAIL, part_of="voicemail"),
        **dict.fromkeys(
            ("emergency_call", "emergency_call_answered", "emergency_call_unanswered"),
            NoticeDeclaration(_ALL, "administrator", mandatory="law"),
        ),
        "calls_stopped": NoticeDeclaration(_ALL, "administrator", mandatory="security"),
        "credit_low": NoticeDeclaration(_ALL, "administrator", mandatory="service"),
        "trial_ends": NoticeDeclaration(_ALL, "administrator", mandatory="service"),
        "trial_ended": NoticeDeclaration(_ALL, "administrator", mandatory="service"),
        "calls_end": NoticeDeclaration(_ALL, "administrator", mandatory="service"),
        "calls_ended": NoticeDeclaration(_ALL, "administrator", mandatory="service"),
        "storage_low": NoticeDeclaration(_ALL, "administrator"),
        "policy_changed": NoticeDeclaration(_PERSON, mandatory="law"),
        "tenant_moved": NoticeDeclaration(_PERSON, mandatory="law"),
        "payment_disputed": NoticeDeclaration(_ALL, "administrator", mandatory="service"),
        "refund_failed": NoticeDeclaration(_ALL, "administrator", mandatory="service"),
        "privacy_request": NoticeDeclaration(_ALL, "administrator", mandatory="law"),
        "suspended": NoticeDeclaration(_PERSON, mandatory="law"),
        "resumed": NoticeDeclaration(_PERSON, mandatory="service"),
        "closing": _SECURITY,
        "tenant_suspended": NoticeDeclaration(_ALL, "administrator", mandatory="law"),
        "tenant_closing": NoticeDeclaration(_ALL, "administrator", mandatory="law"),
        "tenant_resumed": NoticeDeclaration(_ALL, "administrator", mandatory="service"),
        "request_code": NoticeDeclaration(_BOTH, "outsider", mandatory="requested"),
        "request_answer": NoticeDeclaration(_PERSON, "outsider", mandatory="law"),
        "breach_notice": NoticeDeclaration(_PERSON, mandatory="law"),
        "access_copy": NoticeDeclaration(("email", "app"), mandatory="security"),
        "invoice": NoticeDeclaration(_EMAIL, "administrator", mandatory="law"),
        # A payment is in default from the reminder on (Directive 2011/7/EU, § 286 BGB).
        "invoice_reminder": NoticeDeclaration(_EMAIL, "administrator", mandatory="law"),
        "meeting_invitation": NoticeDeclaration(_EMAIL),
        "meeting_changed": NoticeDeclaration(_EMAIL, part_of="meeting_invitation"),
        "meeting_cancelled": NoticeDeclaration(_EMAIL, part_of="meeting_invitation"),
        "report": NoticeDeclaration(_EMAIL, "administrator", mandatory="requested"),
        "marketing": NoticeDeclaration(_EMAIL, mandatory="consent"),
        "email_test": NoticeDeclaration(_EMAIL, "administrator", mandatory="requested"),
        "message": NoticeDeclaration(_PUSH),
        "call": NoticeDeclaration(_PUSH, mandatory="service"),
        "stop": NoticeDeclaration(_PUSH, mandatory="service", part_of="call"),
        "signed_out": NoticeDeclaration(_PUSH, mandatory="security"),
        "test": NoticeDeclaration(_PUSH, mandatory="requested"),
    }
)


def push_type(kind: NoticeKind) -> str:
    """Return the `type` of a push message of this kind."""
    return kind if kind in PUSH_KINDS else "notice"


def may_be_off(kind: NoticeKind, channel: Channel) -> bool:
    """Return whether people may switch this notice off on this channel."""
    declared = CATALOGUE[kind]
    return declared.mandatory is None and declared.part_of is None and channel in declared.channels


assert CATALOGUE.keys() == {*EMAIL_KINDS, *PUSH_KINDS}
