"""The lines of an export brought together by patient, through files: memory holds one block, however large the export.

Every piece of the export becomes one spill file: a row of blocks, then what was counted. In a block the lines stand by
partition, and behind them where each partition begins: a partition is read by jumping, and no index is held in memory.
"""

import os
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from service.cohort.bulk.export import DAMAGED, Line, Piece, lines_before, lines_of, partition_of, place_of, read_line

BLOCK_BYTES = 24_000_000
PARTITION_BYTES = 12_000_000
MOST_PARTITIONS = 8192
MOST_LISTED = 1000  # broken lines listed of one piece; all of them are counted
MEDICATIONS = -1  # their place in a block: of no patient, looked up by reference
_OFFSET = array("Q").itemsize
_TAIL = 24
Stretch = tuple[Path, int, int]  # file, offset, length


def partitions_for(unpacked: int) -> int:
    """As many partitions as keep one of them small."""
    return max(1, min(MOST_PARTITIONS, -(-unpacked // PARTITION_BYTES)))


def write_atomically(path: Path, chunks: Iterable[bytes]) -> None:
    """A file is there whole or not at all, whenever the process ends."""
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    with half.open("wb") as out:
        out.writelines(chunks)
    half.replace(path)


def spill(folder: Path, piece: Piece, partitions: int, target: Path) -> None:
    """Write one piece's spill file."""
    counts: Counter[str] = Counter()
    broken: list[list[Any]] = []
    blocks: list[int] = []

    def chunks() -> Iterator[bytes]:
        at, held, before, block = 0, 0, -1, dict[int, list[bytes]]()
        for number, line in lines_of(folder, piece):
            found = read_line(line) if line is not None else DAMAGED
            counts["lines"] += 1
            counts[counted(found)] += 1
            if found.broken and len(broken) < MOST_LISTED:
                before = lines_before(folder, piece) if before < 0 else before
                broken.append([piece.file, before + number + 1, found.broken])
            if not found.key or line is None:
                continue
            where = MEDICATIONS if found.kind == "Medication" else partition_of(place_of(found.key), partitions)
            block.setdefault(where, []).append(_entry(found.key, line))
            held += len(line)
            if held >= BLOCK_BYTES:
                data, starts = _block(block, partitions, at)
                blocks.append(at + len(data))
                yield data
                yield starts
                at, held, block = at + len(data) + len(starts), 0, {}
        data, starts = _block(block, partitions, at)
        blocks.append(at + len(data))
        yield data
        yield starts
        yield from _tail({"counts": counts, "broken": broken}, {"blocks": blocks})

    write_atomically(target, chunks())


def _tail(*parts: Any) -> Iterator[bytes]:
    """Each as JSON with its length behind it, so that they are read from the end."""
    for part in parts:
        written = orjson.dumps(part)
        yield written
        yield str(len(written)).rjust(_TAIL).encode()


def counted(found: Line) -> str:
    if found.broken:
        return "broken"
    return f"read {found.kind}" if found.key else f"left out {found.kind}"


def _entry(key: str, line: bytes) -> bytes:
    return key.encode() + b"\t" + line.rstrip(b"\r\n") + b"\n"


def _block(block: dict[int, list[bytes]], partitions: int, at: int) -> tuple[bytes, bytes]:
    """The lines by partition, and where in the file each partition begins; one more for the end."""
    sections = [b"".join(block.get(where, ())) for where in range(MEDICATIONS, partitions)]
    starts = array("Q", accumulate(map(len, sections), initial=at))
    return b"".join(sections), starts.tobytes()


def _from_the_end(stream: BinaryIO, end: int) -> tuple[dict[str, Any], int]:
    """The JSON that ends here, and where it begins."""
    stream.seek(end - _TAIL)
    length = int(stream.read(_TAIL))
    stream.seek(end - _TAIL - length)
    found: dict[str, Any] = orjson.loads(stream.read(length))
    return found, end - _TAIL - length


def summary_of(file: Path) -> dict[str, Any]:
    """Counts and broken lines of a spill file."""
    with file.open("rb") as stream:
        _, end = _from_the_end(stream, stream.seek(0, os.SEEK_END))
        return _from_the_end(stream, end)[0]


def stretches(files: Iterable[Path], partition: int) -> Iterator[Stretch]:
    """Where the lines of a partition stand."""
    for file in files:
        with file.open("rb") as stream:
            blocks, _ = _from_the_end(stream, stream.seek(0, os.SEEK_END))
            for starts in blocks["blocks"]:
                stream.seek(starts + _OFFSET * (partition - MEDICATIONS))
                begin, end = array("Q", stream.read(2 * _OFFSET))
                if end > begin:
                    yield file, begin, end - begin


def entries(where: Iterable[Stretch]) -> Iterator[tuple[str, bytes]]:
    """(key, line) of a partition."""
    for file, at, length in where:
        with file.open("rb") as stream:
            stream.seek(at)
            data = stream.read(length)
        for entry in data.split(b"\n")[:-1]:
            key, _, line = entry.partition(b"\t")
            yield key.decode(), line


def patients(where: Iterable[Stretch]) -> list[tuple[str, list[bytes]]]:
    """Every patient of a partition with its lines, in the order of the results."""
    grouped: dict[str, list[bytes]] = {}
    for key, line in entries(where):
        grouped.setdefault(key, []).append(line)
    return [(key, grouped[key]) for key in sorted(grouped, key=lambda key: (place_of(key), key))]


def index_medications(where: Iterable[Stretch], target: Path) -> None:
    """Medication resources on disk by id: patients' requests may name any of them."""
    half = target.with_name(f"{target.name}.{os.getpid()}.half")
    half.unlink(missing_ok=True)
    connection = sqlite3.connect(half)
    with connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("CREATE TABLE medication (id TEXT, line BLOB)")
        connection.executemany("INSERT INTO medication VALUES (?, ?)", entries(where))
        connection.execute("CREATE INDEX by_id ON medication (id)")
    connection.close()
    half.replace(target)


class Medications:
    """The Medication resources that a patient's lines name."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    def lines(self, ids: Iterable[str]) -> list[bytes]:
        query = "SELECT line FROM medication WHERE id = ?"
        return [row[0] for each in ids for row in self._connection.execute(query, (each,))]

    def close(self) -> None:
        self._connection.close()
