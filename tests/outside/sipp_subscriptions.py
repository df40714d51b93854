"""Scenarios of SIPp phones that subscribe to an event (RFC 6665) and answer its NOTIFYs."""

import scenarios as s

SUBSCRIBE = """\
SUBSCRIBE sip:{user}@[domain] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
Max-Forwards: 70
From: <sip:[field0]@[domain]>;tag=[pid]watch[call_number]
To: <sip:{user}@[domain]>
Call-ID: [call_id]
CSeq: {cseq} SUBSCRIBE
Contact: <sip:[field0]@[local_ip]:[local_port]>
Event: {event}
Accept: application/{body}
Expires: {expires}
{proof}"""
OK = """\
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
"""


def subscribes(event: str, body: str, *, user: str = "[field0]", expires: int = 600) -> tuple[str, ...]:
    """Subscribe to an event of a user, by default of the own one. `body`: the type of the documents that are taken."""
    wanted = {"event": event, "body": body, "user": user, "expires": expires}
    return (
        s.send(SUBSCRIBE.format(cseq=1, proof="", **wanted)),
        s.recv(407, attributes='auth="true"'),
        s.send(SUBSCRIBE.format(cseq=2, proof="[field1]\n", **wanted)),
        s.recv(200, action=s.expect(f"Expires: {expires}")),
    )


def notified(*patterns: str) -> tuple[str, ...]:
    """Wait for a NOTIFY that contains all of this, and answer 200."""
    checks = "".join(s.expect(one) for one in patterns)
    return (s.recv("NOTIFY", action=checks.replace("</action><action>", "")), s.send(OK, attributes=""))


def notified_at_last(pattern: str, label: int) -> tuple[str, ...]:
    """Answer NOTIFYs until one contains this. `label`: a number of its own in the scenario; the next one is taken too."""
    found = f"found{label}"
    action = f'<action><ereg regexp="{pattern}" search_in="msg" assign_to="{found}"/></action>'
    return (
        f'<label id="{label}"/>',
        s.recv("NOTIFY", action=action),
        s.send(OK, attributes=f'next="{label + 1}" test="{found}"'),
        f'<nop next="{label}"/>',
        f'<label id="{label + 1}"/>',
    )
