"""Settings for the app Linphone, as its remote provisioning expects them (an XML form of its configuration file)."""

from xml.sax.saxutils import escape

from unificx.api.schemas.core import SipAddress
from unificx.identity import SipLogin

MEDIA_TYPE = "application/xml"


def linphone_settings(login: SipLogin, display_name: str, server: SipAddress) -> str:
    """Return the settings that make Linphone register with a login. `server` is where it connects to.

    The account replaces the first one of the app. SIP identity and authentication name differ.
    """
    number = login.uri.removeprefix("sip:").partition("@")[0]
    host = f"[{server.host}]" if ":" in server.host else server.host
    route = f"<sip:{host}:{server.port};transport={server.transport}>"
    name = display_name.replace("\\", "").replace('"', "")
    sections = {
        "sip": {"default_proxy": "0", "media_encryption": "srtp" if server.transport == "tls" else "none"},
        "auth_info_0": {
            "username": number,
            "userid": login.username,
            "passwd": login.password,
            "realm": login.domain,
            "domain": login.domain,
        },
        "proxy_0": {
            "reg_identity": f'"{name}" <{login.uri}>',
            "reg_proxy": route,
            "reg_route": route,
            "reg_expires": "3600",
            "reg_sendregister": "1",
            "publish": "0",
        },
    }
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd">']
    for section, entries in sections.items():
        lines.append(f'  <section name="{section}">')
        lines += [f'    <entry name="{key}" overwrite="true">{escape(value)}</entry>' for key, value in entries.items()]
        lines.append("  </section>")
    return "\n".join([*lines, "</config>", ""])
