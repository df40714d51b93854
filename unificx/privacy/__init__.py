"""Privacy: keys, aliases, what is held of whom, and erasure."""

from unificx.privacy.keys import KeysBusy, KeyStore
from unificx.privacy.master import master_key, master_key_file

__all__ = ["KeyStore", "KeysBusy", "master_key", "master_key_file"]
