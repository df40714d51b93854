"""What the HTTP face counts. Labels are the route's template, the method and the status: never a value of a request."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class HttpMetrics:
    """Requests by route, and how long they took."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "unificx_http_requests", "HTTP requests answered", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "unificx_http_request_seconds", "Time to answer an HTTP request", ["method", "route"], registry=registry
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer. A method we do not know is counted as OTHER: a peer must not invent labels."""
        method = method if method in _METHODS else "OTHER"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
