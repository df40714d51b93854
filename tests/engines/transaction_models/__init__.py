"""The four transactions of RFC 3261 17, as changed by RFC 4320 and RFC 6026, as pure functions: the reference model.

Each is a function `step(state, event, now, reliable=...)` that returns the new state and the actions to perform. The
transactions of `unificx.sip.transactions` are compared with them.
"""
