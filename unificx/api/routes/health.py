"""Liveness, readiness and metrics."""

from fastapi import Request, Response, status
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from unificx import __version__
from unificx.api.access import ServicesDep, authenticate_request, is_local_request, purpose
from unificx.api.router import Router
from unificx.api.schemas import health as models
from unificx.core.errors import DomainError, NotFound

router = Router(tags=["health"], dependencies=[purpose("operations")])


@router.get("/healthz")
async def health() -> models.Health:
    """Check that this process is alive."""
    return models.Health(status="ok", version=__version__)


@router.get("/readyz", responses={503: {"model": models.Readiness, "description": "A component is not ready"}})
async def readiness(services: ServicesDep, request: Request, response: Response) -> models.Readiness:
    """Check that all components are ready."""
    states = await services.live.readiness.states()
    show_reasons = await _is_trusted(request)
    ready = all(state.ok for state in states)
    if not ready:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    parts = [models.Part(name=one.name, ok=one.ok, why=one.why if show_reasons else "") for one in states]
    return models.Readiness(ready=ready, parts=parts)


@router.get("/metrics", response_class=Response, include_in_schema=False)
async def metrics(services: ServicesDep, request: Request) -> Response:
    """Prometheus metrics, for this machine and for operators."""
    if not await _is_trusted(request):
        raise NotFound("There is nothing here.")
    return Response(generate_latest(services.metrics), media_type=CONTENT_TYPE_PLAIN_0_0_4)


async def _is_trusted(request: Request) -> bool:
    if is_local_request(request):
        return True
    try:
        return (await authenticate_request(request)).is_operator
    except DomainError:
        return False
