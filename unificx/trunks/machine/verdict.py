"""Result of a test of a trunk, and advice. Pure."""

from collections.abc import Mapping

from unificx.trunks.schemas import Probe, RegistrationReport, TestReason, TrunkState, TrunkTest

ADVICE: Mapping[TestReason, str] = {
    "": "The trunk works.",
    "rejected": "The server answers, but rejects the request. Many carriers do; if calls are rejected too, have the "
    "carrier enter the address of this server, and check the domain.",
    "no_address": "DNS has no address for the server. Check how its name is spelled, and the name servers of this "
    "machine.",
    "no_answer": "The server does not answer. Check server, port and transport, and that no firewall is in the way.",
    "no_connection": "No connection to the server can be made. Check server, port and transport, and that no firewall "
    "is in the way.",
    "no_tls": "No TLS connection to the server can be made. Check the port, and that its certificate is valid for the "
    "name of the server.",
    "server_error": "The server answers with an error. Try again later; if it stays, ask the carrier.",
    "wrong_password": "The carrier rejects the login. Check user name, password and user name for authentication.",
    "forbidden": "The carrier forbids the registration. Check the user name, and whether the carrier allows it from "
    "the address of this server.",
    "unknown_user": "The carrier does not know this user. Check user name and domain.",
    "not_registered": "The server answers, but the registration does not succeed. Check the domain; if it stays, ask "
    "the carrier.",
}
_REFUSALS: Mapping[int, TestReason] = {
    401: "wrong_password",
    407: "wrong_password",
    403: "forbidden",
    404: "unknown_user",
}


def judge(probe: Probe) -> TrunkTest:
    """Return the result of a test."""
    registration = probe.registration
    if registration is not None and registration.state == "registered" and not _is_silent(probe, registration):
        return _result(probe, "registered", "", registration.status)
    if registration is not None and registration.state == "refused":
        return _result(probe, "refused", _REFUSALS.get(registration.status or 0, "wrong_password"), registration.status)
    if probe.status is None:
        return _result(probe, "unreachable", _silence(probe), None)
    if probe.status == 408 or probe.status >= 500:
        return _result(probe, "unreachable", "server_error", probe.status)
    if registration is not None:
        return _result(probe, "unreachable", "not_registered", registration.status)
    return _result(probe, "reachable", "rejected" if probe.status >= 300 else "", probe.status)


def _is_silent(probe: Probe, registration: RegistrationReport) -> bool:
    """Whether servers that have answered OPTIONS before do not answer any more: the registration is an earlier one."""
    return registration.answers_options and bool(probe.server) and probe.status is None


def _silence(probe: Probe) -> TestReason:
    if not probe.server:
        return "no_address"
    if not probe.connection_failed:
        return "no_answer"
    return "no_tls" if probe.over_tls else "no_connection"


def _result(probe: Probe, state: TrunkState, reason: TestReason, status: int | None) -> TrunkTest:
    milliseconds = None if probe.seconds is None else round(probe.seconds * 1000, 1)
    return TrunkTest(state, reason, status, milliseconds, probe.server, ADVICE[reason])
