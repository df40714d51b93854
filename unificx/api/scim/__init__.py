"""SCIM 2.0 (RFC 7643, 7644): accounts that an identity provider creates, changes and deactivates.

`resources` needs `scim2_models`, which takes 7 MB and 0.3 s to load: it is imported at the first request.
"""
