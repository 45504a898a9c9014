"""Addresses: one spelling for each, and the patterns by which a source says which are its own.

``canonical`` applies the normalisations of RFC 3986 section 6.2 that never change what is named (case, percent-encoding,
dot segments, default port), and drops what names nothing for a server: the fragment and the tracking parameters of
campaigns. Patterns are those of robots.txt (RFC 9309 section 2.2.3): ``*`` stands for any characters, ``$`` for the end.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH = _UNRESERVED | frozenset(b"!$&'()*+,;=:@/")
_QUERY = _PATH | frozenset(b"?")
_HEX = frozenset(b"0123456789ABCDEFabcdef")
_PORTS = {"http": 80, "https": 443}
_TRACKING = re.compile(r"(?:utm_\w+|gclid|fbclid|msclkid|mc_cid|mc_eid|_ga|_gl)(?:=.*)?", re.IGNORECASE | re.DOTALL)
"""Query parameters that campaign tools add and no server answers differently to."""

MAX_LENGTH = 2_000
"""Longer addresses are traps (RFC 9110 section 4.1 asks for at least 8000; real publications stay below 500)."""


def canonical(address: str, base: str | None = None) -> str | None:
    """The one spelling of an http(s) address, or None where it is none (``mailto:``, no host, a bad port, too long).

    ``base`` is the address of the page, by which a relative one is completed. Idempotent.
    """
    # Browsers strip white space around and line breaks within (WHATWG URL, section 4.4).
    address = re.sub(r"[\t\n\r]", "", address.strip(" \t\n\r\f\0"))
    try:
        parts = urlsplit(urljoin(base, address) if base else address)
        port = parts.port
        host = _host(parts.hostname or "")
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host:
        return None
    authority = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    path = _remove_dots(_percent(parts.path, _PATH)) or "/"
    kept = [one for one in parts.query.split("&") if one and not _TRACKING.fullmatch(one)]
    query = "?" + _percent("&".join(kept), _QUERY).replace("'", "%27") if kept else ""
    result = f"{parts.scheme}://{authority}{path}{query}"
    return result if len(result) <= MAX_LENGTH else None


def _host(name: str) -> str:
    """The host in lower case and ASCII (IDNA). Raises ``ValueError`` where it cannot be one."""
    if ":" in name:
        return f"[{ipaddress.IPv6Address(name).compressed}]"
    name = name.rstrip(".")
    if not name.isascii():
        name = name.encode("idna").decode()
    if not re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?", name) or ".." in name:
        raise ValueError(name)
    return name.lower()


def _percent(text: str, legal: frozenset[int]) -> str:
    """Percent-encoding in one spelling: needless ones undone, needed ones added, hex in capitals; ``%20`` stays ``%20``."""
    raw, out, at = text.encode("utf-8", "surrogatepass"), [], 0
    while at < len(raw):
        byte = raw[at]
        if byte == 0x25 and len(raw) > at + 2 and raw[at + 1] in _HEX and raw[at + 2] in _HEX:
            byte = int(raw[at + 1 : at + 3], 16)
            out.append(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}")
            at += 3
            continue
        out.append(chr(byte) if byte in legal else f"%{byte:02X}")
        at += 1
    return "".join(out)


def _remove_dots(path: str) -> str:
    """RFC 3986 section 5.2.4."""
    if not path:
        return ""
    out: list[str] = []
    segments = path.split("/")[1:] if path.startswith("/") else path.split("/")
    for segment in segments:
        if segment == "..":
            del out[-1:]
        elif segment != ".":
            out.append(segment)
    if segments[-1] in (".", ".."):
        out.append("")
    return "/" + "/".join(out)


def origin_of(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def path_of(url: str) -> str:
    """Path and query: what follows the origin."""
    return url[len(origin_of(url)) :] or "/"


def suffix_of(url: str) -> str:
    """The file suffix of the path in lower case with its dot, empty where there is none."""
    name = urlsplit(url).path.rsplit("/", 1)[-1]
    return "." + name.rsplit(".", 1)[1].lower() if "." in name else ""


def is_loopback(origin: str) -> bool:
    """Whether an origin is this machine itself (``localhost``, ``*.localhost``, 127/8, ::1), where no delay is owed."""
    host = urlsplit(origin).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def twins(origin: str) -> tuple[str, ...]:
    """The other spellings by which sites name themselves in their own links: http for https, with and without ``www.``."""
    parts = urlsplit(origin)
    if is_loopback(origin) or parts.port:
        return ()
    bare = parts.netloc.removeprefix("www.")
    every = (f"{scheme}://{host}" for scheme in ("https", "http") for host in (bare, f"www.{bare}"))
    return tuple(one for one in every if one != origin)


def matches(pattern: str, url: str, origin: str) -> bool:
    """Whether an address fits a pattern: one that begins with ``/`` speaks of ``origin`` alone, one with a scheme of any host."""
    return _compiled(pattern if "://" in pattern else origin + pattern).match(url) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    end = pattern.endswith("$")
    head, _, rest = pattern.removesuffix("$").partition("://")
    authority, slash, path = rest.partition("/")
    # The path is spelt as addresses are, so that a pattern with a space or an umlaut fits them.
    literal = f"{head}://{authority.lower()}{slash}" + "*".join(_percent(one, _QUERY) for one in path.split("*"))
    return re.compile(".*".join(re.escape(one) for one in literal.split("*")) + (r"\Z" if end else ""), re.DOTALL)
