"""Methods and extensions that we state in Allow, Supported and Unsupported (RFC 3261 sections 20.5, 20.37, 20.40)."""

IN_DIALOG = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "PRACK", "UPDATE")
ALLOW_FROM_CARRIER = ", ".join((*IN_DIALOG, "NOTIFY"))
"""A carrier must not transfer our calls."""
ALLOW_IN_DIALOG = ", ".join((*IN_DIALOG, "REFER", "SUBSCRIBE"))
"""SUBSCRIBE: to the progress of a REFER."""
ALLOW = ", ".join((*IN_DIALOG, "REFER", "REGISTER", "SUBSCRIBE", "MESSAGE"))
"""Of the server as a whole."""

REGISTER_EXTENSIONS = ("path", "outbound")
INVITE_EXTENSIONS = ("100rel", "timer", "replaces", "norefersub")
SUPPORTED_IN_DIALOG = ", ".join(INVITE_EXTENSIONS)
SUPPORTED_BY_REGISTRAR = ", ".join(REGISTER_EXTENSIONS)
SUPPORTED = ", ".join((*REGISTER_EXTENSIONS, *INVITE_EXTENSIONS))

IN_REGISTER = frozenset(REGISTER_EXTENSIONS)
"""Extensions that a REGISTER may require."""
IN_INVITE = frozenset((*INVITE_EXTENSIONS, "record-aware"))
"""Extensions that an INVITE may require; `record-aware` is a capability of the phone alone (RFC 7866 section 6.2)."""
IN_OPTIONS = IN_REGISTER | IN_INVITE
