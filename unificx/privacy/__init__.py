"""Privacy: keys, aliases, the register of personal data, erasure and recording consent."""

from unificx.privacy.erasure import Erasure, Receipt
from unificx.privacy.installation import read_sealed_file, sealed_file
from unificx.privacy.journal import Journal
from unificx.privacy.keys import KeysBusy, KeyStore
from unificx.privacy.master import MasterKey, master_key, master_key_file
from unificx.privacy.ports import Master
from unificx.privacy.register import Held, Neutral, explain, held, neutral
from unificx.privacy.rules import consent, consent_words
from unificx.privacy.wraps import unwrap, wrap

__all__ = [
    "Erasure",
    "Held",
    "Journal",
    "KeyStore",
    "KeysBusy",
    "Master",
    "MasterKey",
    "Neutral",
    "Receipt",
    "consent",
    "consent_words",
    "explain",
    "held",
    "master_key",
    "master_key_file",
    "neutral",
    "read_sealed_file",
    "sealed_file",
    "unwrap",
    "wrap",
]
