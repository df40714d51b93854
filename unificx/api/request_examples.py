"""Examples of request bodies in the API description, by schema name. All values are made up."""

from collections.abc import Mapping
from typing import Any

_ID = "0198c2a4-5c1e-7d3b-9a40-2f6b8e1d7c55"
_CODE = "mGnTR-1bObKdHLQwgS12yw"
_PASSKEY = {
    "id": "AQIDBAUGBwg",
    "rawId": "AQIDBAUGBwg",
    "type": "public-key",
    "response": {"clientDataJSON": "e30", "authenticatorData": "AAAA", "signature": "MEUC"},
}
_DEVICE = {"name": "Ada's laptop", "kind": "desktop"}
_CONSENT = {"of_age": True, "terms_version": "2026-11", "policy_version": "2026-11"}

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "AcceptInvitation": {"code": _CODE, "password": "correct horse battery staple", "device": _DEVICE, **_CONSENT},
    "Acceptance": _CONSENT,
    "AgentChange": {"paused": True, "reason": "lunch"},
    "CallRecordingChange": {"state": "paused", "for_card": True},
    "CheckSync": {"reboot": False},
    "DeviceChange": {"name": "Reception", "enabled": False},
    "ExtensionChange": {"name": "Workshop", "ring_seconds": 20},
    "ExtensionRecordingChange": {"mode": "announce", "when": "on_demand"},
    "FinishRecovery": {"code": _CODE, "password": "correct horse battery staple", "device": _DEVICE},
    "GroupMailboxChange": {"members": ["1001", "1003"]},
    "InvitationCode": {"code": _CODE},
    "MailboxChange": {"enabled": False, "old_messages": "keep"},
    "MeetingChange": {"all_muted": True},
    "NewCall": {"to": "1002"},
    "NewDevice": {"extension": "1010", "name": "Desk", "kind": "phone"},
    "NewExtension": {"number": "1010", "name": "Workshop", "email": "workshop@acme.example", "ring_seconds": 25},
    "NewGroupMailbox": {"number": "7900", "name": "Support", "members": ["1001", "1002"]},
    "NewInvitation": {"person_id": _ID, "language": "en"},
    "NewPasskey": {"name": "Security key", "credential": _PASSKEY},
    "NewPassword": {"password": "correct horse battery staple"},
    "NewPerson": {"name": "Ada Example", "email": "ada@acme.example", "role": "user"},
    "NewPersonNumber": {"number": "1008"},
    "NewQueue": {
        "number": "6501",
        "name": "Orders",
        "agents": ["1001", {"extension": "1002", "penalty": 5}],
        "strategy": "longest_idle",
        "otherwise": "mailbox:1001",
    },
    "NewReport": {"report": "microphone: allowed\nnotifications: blocked"},
    "NewRoom": {"number": "8001", "name": "Planning", "pin": "4711", "hosts": ["1001"], "muted_on_entry": True},
    "NewSignInCode": {"person_id": _ID},
    "NewSingleSignOn": {"issuer": "https://login.example.com", "client_id": "unificx", "client_secret": "a secret"},
    "NewTenant": {"slug": "acme", "name": "Acme", "domain": "acme.example", "language": "de"},
    "NewTrunk": {"name": "carrier", "template": "sipgate", "username": "1234567t0", "password": "a secret"},
    "NewTotp": {"name": "Authenticator"},
    "OwnPassword": {"current": "the old one is long", "password": "correct horse battery staple"},
    "ParticipantChange": {"muted": True},
    "PersonChange": {"role": "tenant_admin"},
    "PhoneSettingsChange": {
        "maker": "yealink",
        "mac": "80:5E:C0:12:34:56",
        "keys": [{"kind": "blf", "number": "1002", "label": "Berta"}],
    },
    "PlayedChange": {"heard": True},
    "PushSubscription": {
        "endpoint": "https://push.example.com/send/abc",
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
    },
    "QueueChange": {"wrap_up": 10, "max_wait": 300},
    "RecordingSettingsChange": {"mode": "announce", "beep_seconds": 15},
    "RecoveryRequest": {"email": "ada@acme.example"},
    "Refresh": {"refresh": "the refresh token of the last response"},
    "RoomChange": {"locked": True},
    "RoomInvitation": {"number": "1002"},
    "RoomRecordingChange": {"paused": True},
    "SecondFactorSignIn": {"ticket": _CODE, "totp": "123456"},
    "SignIn": {"email": "ada@acme.example", "password": "correct horse battery staple", "keep": "token"},
    "SignInByCode": {"code": _CODE, "device_secret": "A" * 43, "device": _DEVICE},
    "SignInByPasskey": {"ticket": _CODE, "credential": _PASSKEY, "device": _DEVICE},
    "SpokenText": {"text": "We are on holiday until Monday.", "language": "en"},
    "StepUp": {"totp": "123456"},
    "TenantChange": {"park_seconds": 60},
    "TicketRequest": {"ticket": _CODE},
    "TrunkChange": {"max_calls": 10},
    "TotpCode": {"code": "123456"},
    "Transfer": {"to": "1003"},
    "VoicemailSettingsChange": {"longest_seconds": 180, "restorable_days": 30},
}
