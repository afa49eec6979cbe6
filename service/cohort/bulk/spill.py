"""The lines of an export brought together by patient, through files: memory holds one block, however large the export.

Every piece of the export becomes one spill file. It is a row of blocks; in a block the lines stand by partition. The index
of all blocks is the last line of the file, so that a partition is read by jumping.
"""

import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from service.cohort.bulk.export import DAMAGED, Line, Piece, lines_before, lines_of, partition_of, place_of, read_line

BLOCK_BYTES = 24_000_000
PARTITION_BYTES = 12_000_000
MOST_PARTITIONS = 8192
MOST_LISTED = 1000  # broken lines listed of one piece; all of them are counted
MEDICATIONS = -1  # their place in a block: of no patient, looked up by reference
_TAIL = 24


def partitions_for(unpacked: int) -> int:
    """As many partitions as keep one of them small."""
    return max(1, min(MOST_PARTITIONS, -(-unpacked // PARTITION_BYTES)))


def write_atomically(path: Path, chunks: Iterable[bytes]) -> None:
    """A file is there whole or not at all, whenever the process ends."""
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    with half.open("wb") as out:
        out.writelines(chunks)
    half.replace(path)


def spill(folder: Path, piece: Piece, partitions: int, target: Path) -> dict[str, Any]:
    """Write one piece's spill file; what was counted on the way."""
    counts: Counter[str] = Counter()
    broken: list[list[Any]] = []
    index: list[tuple[int, int, int]] = []

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
                for data in _block(block, index, at):
                    at += len(data)
                    yield data
                held, block = 0, {}
        for data in _block(block, index, at):
            at += len(data)
            yield data
        summary = {"counts": counts, "broken": broken, "index": index}
        tail = orjson.dumps(summary)
        yield tail
        yield str(len(tail)).rjust(_TAIL).encode()

    write_atomically(target, chunks())
    return {"counts": counts, "broken": broken}


def counted(found: Line) -> str:
    if found.broken:
        return "broken"
    return f"read {found.kind}" if found.key else f"left out {found.kind}"


def _entry(key: str, line: bytes) -> bytes:
    return key.encode() + b"\t" + line.rstrip(b"\r\n") + b"\n"


def _block(block: dict[int, list[bytes]], index: list[tuple[int, int, int]], at: int) -> Iterator[bytes]:
    for where in sorted(block):
        data = b"".join(block[where])
        index.append((where, at, len(data)))
        at += len(data)
        yield data


def tail_of(file: Path) -> dict[str, Any]:
    """Counts, broken lines and index of a spill file."""
    with file.open("rb") as stream:
        end = stream.seek(-_TAIL, os.SEEK_END)
        length = int(stream.read())
        stream.seek(end - length)
        found: dict[str, Any] = orjson.loads(stream.read(length))
    return found


def stretches(files: Iterable[Path]) -> dict[int, list[tuple[str, int, int]]]:
    """Partition → where its lines stand: (file, offset, length)."""
    found: dict[int, list[tuple[str, int, int]]] = {}
    for file in files:
        for where, at, length in tail_of(file)["index"]:
            found.setdefault(where, []).append((str(file), at, length))
    return found


def entries(where: Iterable[tuple[str, int, int]]) -> Iterator[tuple[str, bytes]]:
    """(key, line) of a partition."""
    for file, at, length in where:
        with open(file, "rb") as stream:
            stream.seek(at)
            data = stream.read(length)
        for entry in data.split(b"\n")[:-1]:
            key, _, line = entry.partition(b"\t")
            yield key.decode(), line


def patients(where: Iterable[tuple[str, int, int]]) -> list[tuple[str, list[bytes]]]:
    """Every patient of a partition with its lines, in the order of the results."""
    grouped: dict[str, list[bytes]] = {}
    for key, line in entries(where):
        grouped.setdefault(key, []).append(line)
    return [(key, grouped[key]) for key in sorted(grouped, key=lambda key: (place_of(key), key))]


def index_medications(where: Iterable[tuple[str, int, int]], target: Path) -> None:
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
