"""PostgreSQL engine: parameters of its URL, and why a connection fails."""

import socket
import ssl
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 25_000}
"""Options of a connection, by which the loss of the other machine is noticed in half a minute and not after hours."""
_KEEPALIVE_OF_SERVER = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
"""The same on the side of PostgreSQL: until it notices, the locks of a lost server's transactions are held."""


class DatabaseUnreachable(OSError):
    """PostgreSQL cannot be connected to. `reason` follows "it does not respond: "; `hint`: what to do."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def postgresql_engine(url: URL) -> AsyncEngine:
    """Return an engine. The driver names the parameter `sslmode`, which the tools of PostgreSQL know, differently."""
    encryption = {"ssl": url.query["sslmode"]} if "sslmode" in url.query else {}
    engine = create_async_engine(
        url.difference_update_query(["sslmode"]),
        hide_parameters=True,
        pool_size=10,
        max_overflow=10,
        connect_args={**encryption, "server_settings": _KEEPALIVE_OF_SERVER},
    )
    event.listen(engine.sync_engine, "do_connect", _connect)
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _connect(dialect: Any, record: Any, arguments: Any, parameters: Any) -> Any:
    del record
    try:
        opened = dialect.connect(*arguments, **parameters)
    except (OSError, TypeError, dialect.loaded_dbapi.Error) as fault:
        raise DatabaseUnreachable(*_explain(fault.__cause__ or fault)) from fault
    _notice_loss(opened.driver_connection)
    return opened


def _notice_loss(connection: Any) -> None:
    found = connection._transport.get_extra_info("socket")
    if found is not None and found.family != socket.AF_UNIX:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEPALIVE.items():
            found.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def _refuse_closed(connection: Any, record: Any, proxy: Any) -> None:
    """Have the pool open another connection instead of one that the server has closed, as it does when it restarts."""
    del record, proxy
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _explain(fault: BaseException) -> tuple[str, str]:
    """Return why PostgreSQL cannot be connected to, and what to do. Without the text of the driver, which quotes
    addresses and user names."""
    import asyncpg

    check = "check UNIFICX_DATABASE"
    match fault:
        case asyncpg.InvalidAuthorizationSpecificationError():
            return "it refuses the user or the password", "Check UNIFICX_DATABASE, and pg_hba.conf of PostgreSQL."
        case asyncpg.InvalidCatalogNameError():
            return "it has no such database", f"Create the database, or {check}."
        case asyncpg.TooManyConnectionsError():
            return "all its connections are in use", "Raise max_connections of PostgreSQL."
        case asyncpg.ProtocolViolationError():  # of a pool of connections
            return (
                "it refuses a setting of the connection",
                "PgBouncer needs ignore_startup_parameters: see docs/howto/postgresql.md.",
            )
        case asyncpg.CannotConnectNowError():
            return "it is starting or stopping", "Wait a moment."
        case socket.gaierror():
            return "the name of its host is not in the DNS", "Check UNIFICX_DATABASE, and the DNS of this machine."
        case TimeoutError():
            return "its host does not answer in time", f"Check the network, or {check}."
        case TypeError() | asyncpg.InterfaceError():
            hint = "UNIFICX_DATABASE may have host, port and sslmode; verify-full needs ~/.postgresql/root.crt."
            return "a parameter of its URL is unknown or wrong", hint
        case ssl.SSLError():
            return "its certificate is not valid", f"Install its authority as ~/.postgresql/root.crt, or {check}."
        case ConnectionError() if type(fault) is ConnectionError:  # of the driver, without an error of the system
            return "it does not encrypt connections", "Set ssl = on in postgresql.conf, or use another sslmode."
        case OSError():
            return "no server answers at its address", f"Start PostgreSQL, or {check}."
        case _:
            return type(fault).__name__, "Check UNIFICX_DATABASE, and the log of PostgreSQL."
