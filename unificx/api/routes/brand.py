"""The brand of the host name at which this server is asked, for visitors without an account."""

from typing import Annotated

from fastapi import Query, Request, Response

from unificx.api.access import purpose
from unificx.api.brand import reseller_of
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import resellers as models
from unificx.core.errors import NotFound

router = Router(prefix="/api/v1/brand", tags=["resellers"], dependencies=[purpose("authentication")])
_PRODUCT = "UnifiCX"


@router.get("")
async def show_brand(request: Request) -> models.Brand:
    """Show name, colours and logo of the product at this host name. Open to visitors."""
    reseller = reseller_of(request)
    if reseller is None:
        return models.Brand(product=_PRODUCT, company=None, support_email="", shades=None, logo=None)
    brand = reseller.brand
    return models.Brand(
        product=brand.product,
        company=reseller.name,
        support_email=brand.support_email,
        shades=list(brand.shades),
        logo=brand.logo_path,
    )


@router.get(
    "/logo",
    responses={
        200: {"description": "The logo.", "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}
    }
    | problem_responses(404),
    response_class=Response,
)
async def show_brand_logo(
    request: Request, v: Annotated[str, Query(max_length=16, description="Version of the logo.")] = ""
) -> Response:
    """Return the logo of the product at this host name. Open to visitors."""
    del v
    reseller = reseller_of(request)
    if reseller is None or reseller.brand.logo is None:
        raise NotFound("There is no logo.")
    return Response(reseller.brand.logo, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})
