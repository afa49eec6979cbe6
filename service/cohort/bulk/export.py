"""The files of an export, cut into pieces that are read one at a time; and what one line of it is."""

import gzip
import io
import zlib
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from cards.record import record
from service.errors import NotUsable
from service.fhir.bundle import bare_id

SUFFIXES = (".ndjson", ".ndjson.gz")
READ = frozenset({
    "Patient", "Condition", "Observation", "Procedure", "ServiceRequest", "MedicationRequest", "MedicationStatement",
    "MedicationAdministration", "Medication", "BodyStructure", "QuestionnaireResponse", "DiagnosticReport",
})  # fmt: skip
PIECE_BYTES = 32_000_000
GZIP_RATIO = 12  # how much larger JSON is than its gzip, for sizing only
LONGEST_LINE = 64_000_000
_URN = "urn:uuid:"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@record(frozen=True, slots=True)
class Piece:
    """A stretch of one file: the lines that begin in [start, end). A gzip file is one piece, for it has no inside to jump to."""

    number: int
    file: str
    start: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.start


@record(frozen=True, slots=True)
class Line:
    """One resource of the export.

    kind     resource type; "" where the line is broken
    key      whose it is (Patient id); "" where it is of no patient, or a Medication
    broken   why it cannot be read, without any value of it
    """

    kind: str
    key: str = ""
    broken: str = ""


DAMAGED = Line("", "", "the gzip file is damaged or ends too early")


def files_of(folder: Path) -> list[Path]:
    """Every NDJSON file below the folder, plain or gzip, in order. NotUsable where there is none."""
    found = sorted(f for f in folder.rglob("*") if f.name.endswith(SUFFIXES) and f.is_file())
    if not found:
        raise NotUsable(str(folder), "no *.ndjson or *.ndjson.gz file", "the folder of a FHIR Bulk Data export")
    return found


def pieces_of(folder: Path, size: int = PIECE_BYTES) -> list[Piece]:
    """The whole export in pieces, the same for every number of workers."""
    cut: list[tuple[str, int, int]] = []
    for file in files_of(folder):
        length, name = file.stat().st_size, file.relative_to(folder).as_posix()
        step = length or 1 if name.endswith(".gz") else size
        cut += [(name, start, min(start + step, length)) for start in range(0, length, step)]
    return [Piece(number, *each) for number, each in enumerate(cut)]


def unpacked_bytes(pieces: list[Piece]) -> int:
    """About how large the export is when unpacked."""
    return sum(p.size * (GZIP_RATIO if p.file.endswith(".gz") else 1) for p in pieces)


def lines_of(folder: Path, piece: Piece) -> Iterator[tuple[int, bytes | None]]:
    """(number of the line within the piece, from 0; line) for every line of the piece that is not blank.

    A gzip file that is damaged or ends too early ends with a line None.
    """
    packed = piece.file.endswith(".gz")
    with _opened(folder / piece.file, packed) as stream:
        at, number = 0 if packed else _first_line(stream, piece.start), 0
        while packed or at < piece.end:
            try:
                line = stream.readline(LONGEST_LINE)
            except (EOFError, OSError, zlib.error):
                yield number, None
                return
            if not line:
                return
            if line.strip():
                yield number, line.removeprefix(BYTE_ORDER_MARK) if at == 0 else line
            at, number = at + len(line), number + 1


def lines_before(folder: Path, piece: Piece) -> int:
    """How many lines of the file stand before the piece."""
    if piece.start == 0:
        return 0
    with _opened(folder / piece.file, packed=False) as stream:
        first, at, number = _first_line(stream, piece.start), 0, 0
        stream.seek(0)
        while at < first:
            block = stream.read(min(1 << 20, first - at))
            at, number = at + len(block), number + block.count(b"\n")
    return number


def _opened(path: Path, packed: bool) -> BinaryIO:
    if packed:
        return io.BufferedReader(gzip.open(path))
    return path.open("rb", buffering=1 << 20)


def _first_line(stream: BinaryIO, start: int) -> int:
    """A line that begins before the piece belongs to the piece before."""
    if start == 0:
        return 0
    stream.seek(start - 1)
    stream.readline()
    return stream.tell()


def read_line(line: bytes) -> Line:
    """What one line is, and whose."""
    try:
        resource = orjson.loads(line)
    except orjson.JSONDecodeError:
        return Line("", "", _not_json(line))
    if not isinstance(resource, dict):
        return Line("", "", "not a JSON object")
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not kind:
        return Line("", "", "no resourceType")
    if kind not in READ:
        return Line(kind)
    if kind in ("Patient", "Medication"):
        identifier = resource.get("id")
        if not isinstance(identifier, str) or not identifier:
            return Line("", "", f"{kind} without id")
        return _keyed(kind, identifier)
    return _keyed(kind, subject_of(resource))


def _keyed(kind: str, key: str) -> Line:
    return Line(kind, key) if key.isprintable() else Line("", "", "an id with control characters")


def _not_json(line: bytes) -> str:
    if len(line) >= LONGEST_LINE:
        return f"longer than {LONGEST_LINE // 1_000_000} MB"
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return "not UTF-8"
    return "not JSON"


def subject_of(resource: dict[str, Any]) -> str:
    """The id of the patient a resource is about: by a relative, absolute, versioned or urn:uuid reference; "" for none."""
    for name in ("subject", "patient"):
        stated = resource.get(name)
        reference = stated.get("reference") if isinstance(stated, dict) else None
        if isinstance(reference, str) and reference.strip():
            reference = reference.strip()
            if reference.startswith(_URN):
                return reference.removeprefix(_URN)
            return bare_id(reference) if "/" in reference else ""
    return ""


def place_of(key: str) -> int:
    """Where a patient stands in the order of results: the same on every machine, and evenly spread."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")


def partition_of(place: int, partitions: int) -> int:
    return place * partitions >> 64
