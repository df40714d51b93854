"""Look-up of TXT records."""

TIMEOUT = 10.0
"""Seconds for all tries together."""


def txt_records(name: str) -> list[str]:
    """Return the texts of a name, each of its strings joined; none if it does not exist. Raise OSError."""
    from dns import exception, resolver  # rarely needed by a server

    try:
        found = resolver.resolve(name, "TXT", lifetime=TIMEOUT)
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return []
    except exception.DNSException as fault:
        raise OSError(type(fault).__name__) from None
    return [b"".join(each.strings).decode("ascii", "replace") for each in found]
