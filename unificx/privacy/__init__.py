"""Privacy: keys, aliases, the register of personal data, erasure and recording consent."""

from unificx.privacy.erasure import Erasure
from unificx.privacy.journal import Journal
from unificx.privacy.key_wrapping import unwrap, wrap
from unificx.privacy.keys import KeysBusy, KeyStore
from unificx.privacy.master import MasterKey, master_key, master_key_file
from unificx.privacy.ports import Master
from unificx.privacy.register import explain, held, neutral
from unificx.privacy.sealed_files import read_sealed_file, sealed_file

__all__ = [
    "Erasure",
    "Journal",
    "KeyStore",
    "KeysBusy",
    "Master",
    "MasterKey",
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
