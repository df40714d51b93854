"""SIP transports: UDP, TCP, TLS and WebSocket listeners, connections and address resolution."""
