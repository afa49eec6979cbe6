"""gzip on the wire: bodies that come compressed, within the limit of what they unpack to, and answers worth it."""

import zlib
from gzip import compress

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from service.errors import NotUsable

WORTH_BYTES = 1400  # what fits into one packet gains nothing
LEVEL = 1  # three quarters of the gain for a quarter of the time
_GZIP = 31  # zlib's word for a gzip member


def body() -> bytes:
    """The body as it was before it was compressed. 413 where it unpacks to more than a body may have."""
    data = request.get_data(cache=False)
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return data
    if encoding not in ("gzip", "x-gzip"):
        raise UnsupportedMediaType
    return _unpacked(data, request.max_content_length or 0)


def _unpacked(data: bytes, limit: int) -> bytes:
    whole = bytearray()
    while data:
        member = zlib.decompressobj(_GZIP)
        try:
            whole += member.decompress(data, limit + 1 - len(whole))
        except zlib.error:
            raise NotUsable(
                "", "a body that is not gzip, as Content-Encoding says", "gzip, or no such header"
            ) from None
        if len(whole) > limit:
            raise RequestEntityTooLarge
        if not member.eof:
            raise NotUsable("", "a gzip body that ends early", "the whole of it")
        data = member.unused_data
    return bytes(whole)


def compressed(response: Response) -> Response:
    """For a caller who takes gzip; what is small stays as it is."""
    if response.status_code != 200 or response.direct_passthrough or "Content-Encoding" in response.headers:
        return response
    if not (response.content_type or "").startswith(("application/", "text/")):
        return response
    response.headers.add("Vary", "Accept-Encoding")
    if "gzip" in request.headers.get("Accept-Encoding", "") and request.accept_encodings["gzip"] > 0:
        data = response.get_data()
        if len(data) >= WORTH_BYTES:
            response.set_data(compress(data, LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response
