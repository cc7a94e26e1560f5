"""From the bytes of an answer to typed values: bounded, whole, and never mistaken for nothing."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from typing import NoReturn, TypeVar

import aiohttp
import msgspec

from slamon.core.wire import without_surrogates
from slamon.ports import SourceError
from slamon.sources.http.refusals import Unreadable

T = TypeVar("T")

_PIECE = 64 * 1024
_BOM = b"\xef\xbb\xbf"
_SHOWN = 200  # characters of an answer


class TooLarge(Exception):
    """An answer is larger than what is read of one."""


class Cut(Exception):
    """An answer ended before its end."""


class Unexpected(Unreadable):
    """An answer is whole and is JSON, but not of the shape that the kind knows: one bad item, or another version."""


async def read_body(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The whole body, unpacked, of `most` bytes at the most; TooLarge, Cut."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return await _read_plain(response.content, most)
    unpacking, body = zlib.decompressobj(wbits=47), bytearray()
    try:
        async for piece in response.content.iter_chunked(_PIECE):
            body += unpacking.decompress(piece, most + 1 - len(body))
            if len(body) > most:
                raise TooLarge
    except zlib.error:
        raise Cut from None
    if not unpacking.eof:
        raise Cut
    return bytes(body)


async def _read_plain(content: aiohttp.StreamReader, most: int) -> bytes:
    body = bytearray()
    async for piece in content.iter_chunked(_PIECE):
        body += piece
        if len(body) > most:
            raise TooLarge
    return bytes(body)


def decode(body: bytes, shape: type[T], place: str) -> T:
    """The value that an answer holds; SourceError, naming the place, for anything but JSON of that shape."""
    body = body.removeprefix(_BOM)
    if body[:200].lstrip()[:1] == b"<":
        raise SourceError(
            f"{place} answered with a web page instead of data: does a login or a proxy stand in between?"
        )
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as mistake:
        raise Unexpected(f"{place} answered with something else than expected: {mistake}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as mistake:
        return _decode_odd(body, shape, place, mistake)


def _decode_odd(body: bytes, shape: type[T], place: str, mistake: Exception) -> T:
    """JSON with halves of characters in its texts, which is JSON all the same: they become U+FFFD."""
    if b"\\u" not in body:
        raise Unreadable(f"{place} answered with what is no JSON: {mistake}") from None
    try:
        value = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Unreadable(f"{place} answered with what is no JSON: {mistake}") from None
    mended = json.dumps(without_surrogates(value), ensure_ascii=False).encode()
    try:
        return msgspec.json.decode(mended, type=shape)
    except msgspec.MsgspecError as other:
        raise Unexpected(f"{place} answered with something else than expected: {other}") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def decode_each(items: Iterable[msgspec.Raw], shape: type[T], place: str) -> tuple[list[T], list[str]]:
    """(what can be read, what cannot and why). One bad item does not hide the others; if all are bad, SourceError."""
    found: list[T] = []
    problems: list[str] = []
    for number, item in enumerate(items):
        try:
            found.append(msgspec.json.decode(item, type=shape))
        except (msgspec.DecodeError, UnicodeDecodeError) as mistake:
            problems.append(f"{place}, item {number + 1}{_named(item)}: {mistake}")
    if problems and not found:
        raise SourceError(f"nothing on the page can be read: {problems[0]}")
    return found, problems


class _Named(msgspec.Struct):
    id: str | int


def _named(item: msgspec.Raw) -> str:
    try:
        return f" (id {msgspec.json.decode(item, type=_Named).id})"
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def excerpt(body: bytes) -> str:
    """The beginning of an answer as one line of printable characters."""
    text = " ".join(body[: 4 * _SHOWN].decode("utf-8", "replace").split())
    shown = "".join(letter if letter.isprintable() else "?" for letter in text)
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
