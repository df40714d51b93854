"""Model of the feature codes that tenants have changed."""

from sqlalchemy.orm import Mapped

from unificx.db import Base, plain


class FeatureCodeRow(Base):
    """A code that a tenant has changed."""

    __tablename__ = "feature_code"

    tenant_id: Mapped[str] = plain("the tenant", primary_key=True)
    name: Mapped[str] = plain("name of a feature of this system", primary_key=True)
    code: Mapped[str] = plain("what is dialled for it")
