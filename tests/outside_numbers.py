"""Numbers of parties outside."""

from unificx.privacy import KeyStore, OutsideNumbers
from unificx.routing import stored_form


def in_germany(keys: KeyStore) -> OutsideNumbers:
    """Numbers that are written as in Germany, in each tenant."""
    return OutsideNumbers(keys, lambda tenant, number: stored_form(number, "DE"))
