"""Look-up of TXT records."""

import dns.exception
import dns.resolver

TIMEOUT = 10.0
"""Seconds for all tries together."""


def txt_records(name: str) -> list[str]:
    """Return the texts of a name, each of its strings joined; none if it does not exist. Raise OSError."""
    try:
        found = dns.resolver.resolve(name, "TXT", lifetime=TIMEOUT)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as fault:
        raise OSError(type(fault).__name__) from None
    return [b"".join(each.strings).decode("ascii", "replace") for each in found]
