"""The four transaction machines of RFC 3261 17, as changed by RFC 4320 and RFC 6026.

Each is a function `step(state, event, now, reliable=...)` that returns the new state and the actions to perform. The
machines do not handle messages: retransmissions are stored as bytes, messages for the TU stay in the endpoint.
"""
