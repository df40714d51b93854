"""HTTP metrics. Labels are the route template, the method and the status, never a value from a request."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class HttpMetrics:
    """Number and duration of requests by route."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "unificx_http_requests", "HTTP requests answered", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "unificx_http_request_seconds", "Time to answer an HTTP request", ["method", "route"], registry=registry
        )

    def count_response(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one response. Unknown methods are counted as OTHER: a peer must not be able to create labels."""
        method = method if method in _METHODS else "OTHER"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
