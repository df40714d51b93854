"""Accesses: which administrators have opened data of a person, for the person."""

from unificx.privacy.accesses.service import AccessLog, PersonAccess, access_expiries, access_holding

__all__ = ["AccessLog", "PersonAccess", "access_expiries", "access_holding"]
