"""Addresses of the web and of machines, as they are written."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_web_address(text: str) -> bool:
    """Whether a text is an http(s) address with a host, on one line and without a space."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return sound and text.isprintable() and " " not in text


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine, and nobody else can reach it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def host_and_port(host: str, port: int) -> str:
    """Both in one text, as a web address has them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
