"""Unexpected exceptions in logs: their type and where they were raised. Their text may contain personal data."""

_PACKAGE = __name__.partition(".")[0]
_REMINDER_SECONDS = 600.0


def describe_fault(fault: BaseException) -> dict[str, str]:
    """Return the fields of a log entry: `fault`, the exception's type, and `place`, the innermost module and line of
    this package that it passed."""
    return {"fault": type(fault).__name__, "place": place_of(fault)}


def place_of(fault: BaseException) -> str:
    """Return the innermost "module:line" of this package in the traceback, else the innermost one of all; "" without a
    traceback."""
    places = code_locations(fault)
    own = [place for place in places if place.startswith(f"{_PACKAGE}.")]
    return (own or places or [""])[-1]


def code_locations(fault: BaseException) -> list[str]:
    """Return the traceback as "module:line", outermost first, without any value."""
    locations: list[str] = []
    trace = fault.__traceback__
    while trace is not None:
        locations.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return locations


class RepeatedFault:
    """A fault of a job that repeats it soon, for as long as a database is away: not each one is logged."""

    def __init__(self) -> None:
        self._logged: dict[str, str] = {}
        self._since = 0.0

    def is_due(self, fault: BaseException, now: float) -> bool:
        """Whether to log this fault: the first of its kind since the last success, and one every ten minutes."""
        described = describe_fault(fault)
        if described == self._logged and now - self._since < _REMINDER_SECONDS:
            return False
        self._logged, self._since = described, now
        return True

    def end(self) -> None:
        """Note a success."""
        self._logged = {}
