"""Data subjects of parties outside, looked up by their number."""

from unificx.privacy import KeyStore, canonical_number
from unificx.privacy.outside import NUMBER_ALIAS


def find_outside_subject(keys: KeyStore, tenant: str, number: str) -> str | None:
    """Return the subject of a number in any spelling, if there is one."""
    return keys.find(tenant, NUMBER_ALIAS, canonical_number(keys, tenant, number))
