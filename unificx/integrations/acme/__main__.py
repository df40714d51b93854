"""ACME process: obtains one certificate and ends, so that its libraries stay out of the server's process.

Lines of JSON. Standard input: the order, then an empty line once the server answers the challenge. Standard output:
`{"challenge": {"token", "answer"}}`, then `{"chain": PEM}` or `{"problem": {"message", "hint", "kind"}}`.
"""

import json
import re
import signal
import sys
from ctypes import CDLL
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from acme import challenges, client, crypto_util, errors, messages
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from josepy.jwa import ES256
from josepy.jwk import JWK, JWKEC

NETWORK_SECONDS = 20
VALIDATION_SECONDS = 120
MAX_ATTEMPTS = 4
_PR_SET_PDEATHSIG = 1
_USER_AGENT = "UnifiCX"


def main() -> None:
    CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # die with the parent process
    order = json.loads(sys.stdin.readline())
    try:
        result = {"chain": _obtain_with_retries(order)}
    except (errors.Error, messages.Error, requests.RequestException, ValueError, KeyError) as fault:
        result = {"problem": _problem(fault, order)}
    _write(result)


def _write(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


def _obtain_with_retries(order: dict[str, str]) -> str:
    """Begin afresh if the authority has rejected two nonces in a row (RFC 8555 section 6.5)."""
    for _ in range(MAX_ATTEMPTS - 1):
        try:
            return _obtain(order)
        except messages.Error as refusal:
            if refusal.code != "badNonce":
                raise
    return _obtain(order)


def _obtain(order: dict[str, str]) -> str:
    key = JWKEC(key=load_pem_private_key(order["account_key"].encode(), None))
    verify: Any = order["trust"] or True
    network = client.ClientNetwork(key, alg=ES256, user_agent=_USER_AGENT, verify_ssl=verify, timeout=NETWORK_SECONDS)
    directory = client.ClientV2.get_directory(order["directory"], network)
    session = client.ClientV2(directory, network)
    _register(session, network)
    csr = crypto_util.make_csr(order["key"].encode(), [order["domain"]])
    placed = session.new_order(csr)
    authorizations: Any = placed.authorizations  # the library declares its fields with a decorator
    for authorization in authorizations:
        if authorization.body.status != messages.STATUS_VALID:
            _answer(session, authorization, key)
    deadline = datetime.now() + timedelta(seconds=VALIDATION_SECONDS)  # compared by the library
    return session.poll_and_finalize(placed, deadline).fullchain_pem


def _register(session: client.ClientV2, network: client.ClientNetwork) -> None:
    """Create the account, or find it by its key (RFC 8555 section 7.3.1)."""
    new = messages.NewRegistration.from_data(terms_of_service_agreed=True)
    try:
        session.new_account(new)
    except errors.ConflictError as known:
        network.account = messages.RegistrationResource(uri=known.location, body=messages.Registration())


def _answer(session: client.ClientV2, authorization: messages.AuthorizationResource, key: JWK) -> None:
    """Have the server answer the challenge, then tell the authority to look."""
    offers: Any = authorization.body.challenges
    for offered in offers:
        if isinstance(offered.chall, challenges.HTTP01):
            response, answer = offered.chall.response_and_validation(key)
            _write({"challenge": {"token": offered.chall.encode("token"), "answer": answer}})
            sys.stdin.readline()
            session.answer_challenge(offered, response)
            return
    raise errors.ClientError("no http-01 challenge")


def _problem(fault: Exception, order: dict[str, str]) -> dict[str, str]:
    """Explain a failure: what went wrong, and what to do."""
    authority, domain = urlsplit(order["directory"]).hostname or "", order["domain"]
    if isinstance(fault, errors.ValidationError):
        return _failed_validation(fault, domain)
    if isinstance(fault, messages.Error):
        kind = fault.code or "refused"
        message, hint = _REFUSALS.get(kind, (f"{authority} refused: {_printable(fault.detail or kind)}", _LATER))
        return {"kind": kind, "message": message.format(domain=domain, authority=authority), "hint": hint}
    if isinstance(fault, requests.exceptions.SSLError):
        return {
            "kind": "untrusted",
            "message": f"{authority} has a certificate that this machine does not trust.",
            "hint": "Check the clock of this machine, or set UNIFICX_ACME_TRUST to the authority's certificate.",
        }
    if isinstance(fault, requests.RequestException):
        return {
            "kind": "unreachable",
            "message": f"{authority} does not answer.",
            "hint": "This machine needs outgoing HTTPS and DNS. Check its network and firewall.",
        }
    if isinstance(fault, errors.TimeoutError):
        return {"kind": "timeout", "message": f"{authority} did not check the domain in time.", "hint": _LATER}
    return {"kind": type(fault).__name__, "message": f"{authority} gave no valid response.", "hint": _LATER}


_LATER = "It is tried again by itself."
_REFUSALS = {
    "rateLimited": ("{authority} issues no more certificates for {domain} for now.", _LATER),
    "rejectedIdentifier": (
        "{authority} issues no certificates for {domain}.",
        "Use a public domain name that belongs to you.",
    ),
    "caa": ("A CAA record of {domain} forbids {authority} to issue certificates.", "Add the authority to it."),
}


_NAME_ERROR = re.compile(r"(?i)lookup|no such host|resolv|no valid A records")
"""In the details of authorities that report a name error as one of the connection."""


def _failed_validation(fault: errors.ValidationError, domain: str) -> dict[str, str]:
    failed: Any = fault.failed_authzrs
    problem = next(one.error for each in failed for one in each.body.challenges if one.error is not None)
    kind = problem.code or "unauthorized"
    if kind == "connection" and _NAME_ERROR.search(problem.detail or ""):
        kind = "dns"
    if kind == "dns":
        message, hint = f"{domain} is not in the DNS.", "Create an A record with the public address of this machine."
    elif kind in ("connection", "tls"):
        message = f"No connection to {domain} on port 80 was possible."
        hint = "Open TCP port 80 to this machine, and check the A and AAAA records of the domain."
    elif kind == "caa":
        message, hint = (text.format(domain=domain, authority="the authority") for text in _REFUSALS["caa"])
        message = message[0].upper() + message[1:]
    else:
        message = f"Another server answers at {domain} on port 80."
        hint = "Point the A and AAAA records of the domain to this machine, and forward port 80 to it."
    return {"kind": kind, "message": message, "hint": hint}


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:200]


if __name__ == "__main__":
    main()
