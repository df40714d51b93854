"""Resellers: companies that sell the service of the operator to tenants of their own, under a brand of their own."""

from unificx.resale.customers import Customers
from unificx.resale.schemas import Brand, FirstAdministrator, NewReseller, Reseller, ResellerChange
from unificx.resale.service import Resellers

__all__ = [
    "Brand",
    "Customers",
    "FirstAdministrator",
    "NewReseller",
    "Reseller",
    "ResellerChange",
    "Resellers",
]
