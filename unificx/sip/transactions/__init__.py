"""The four transaction machines of RFC 3261 17, as changed by RFC 4320 and RFC 6026.

Each is a function `step(state, event, now, reliable=...)` that says where the transaction stands afterwards and what
must be done. They know no message: what is sent again is kept as bytes, what is handed up stays with the endpoint.
"""
