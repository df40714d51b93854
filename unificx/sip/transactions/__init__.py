"""The four transactions of RFC 3261 17, as changed by RFC 4320 and RFC 6026.

Each is one object, which writes its messages, events and timers directly into the context of the endpoint.
`ClientTransactions` and `ServerTransactions` create them and find them again.
"""
