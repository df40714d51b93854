"""Tables of resellers. They describe companies, not people."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped

from unificx.db import Base, plain


class ResellerRow(Base):
    """A reseller with its brand."""

    __tablename__ = "reseller"

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant of its own people", unique=True)
    name: Mapped[str] = plain("name of a company")
    product: Mapped[str] = plain("name under which a company sells the product")
    accent: Mapped[str] = plain("a colour")
    support_email: Mapped[str] = plain("published support address of a company, or nothing")
    plans: Mapped[str] = plain("ids of plans, with spaces")
    created: Mapped[datetime] = plain("creation time")
    logo: Mapped[bytes | None] = plain("logo of a company, without metadata", LargeBinary)


class ResellerHostRow(Base):
    """A host name with the brand of a reseller."""

    __tablename__ = "reseller_host"

    host: Mapped[str] = plain("host name of a company, lower case", primary_key=True)
    reseller_id: Mapped[str] = plain("the reseller", ForeignKey("reseller.id", ondelete="CASCADE"), index=True)


class ResellerTenantRow(Base):
    """A tenant of a reseller. It has at most one."""

    __tablename__ = "reseller_tenant"
    __table_args__ = (Index(None, "reseller_id"),)

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    reseller_id: Mapped[str] = plain("the reseller", ForeignKey("reseller.id", ondelete="CASCADE"))
