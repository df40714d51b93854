"""Tools for assistants over the Model Context Protocol.

`server` needs `mcp`, which takes 30 MB and a second to load. It is imported at the first request of an organisation
that allows assistants.
"""
