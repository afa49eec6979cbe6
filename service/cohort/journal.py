"""What a part of the patients was answered so far, patient by patient: a run that was killed redoes none of them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import orjson

from service.cohort.patient.assessed import Answered
from service.cohort.patient.counted import Counts


def counts_json(counts: Counts) -> bytes:
    return orjson.dumps(sorted([list(key), number] for key, number in counts.items()))


def counts_of(text: bytes) -> Counts:
    return Counter({tuple(key): number for key, number in orjson.loads(text)})


class Journal:
    """A file of records: the patient and the number of its rows, its counts, its rows; one a line.

    patients   those whose record is whole; a record that a killed run left half is cut off when the file is opened
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.patients: set[str] = set()
        self.counts: Counts = Counter()
        path.touch()
        self._out: BinaryIO = path.open("r+b")
        whole = 0
        for key, counts, _, end in self._records():
            self.patients.add(key)
            self.counts.update(counts)
            whole = end
        self._out.truncate(whole)
        self._out.seek(whole)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._out.close()

    def add(self, key: str, answered: Answered) -> None:
        """Written at once: what the operating system has survives a kill."""
        head = orjson.dumps([key, len(answered.rows)])
        self._out.write(b"".join(line + b"\n" for line in (head, counts_json(answered.counts), *answered.rows)))
        self._out.flush()
        self.patients.add(key)
        self.counts.update(answered.counts)

    def rows(self) -> Iterator[bytes]:
        """The rows of all patients, in the order in which they were added, each with its line end."""
        for _, _, rows, _ in self._records():
            yield from rows

    def _records(self) -> Iterator[tuple[str, Counts, list[bytes], int]]:
        """(patient, counts, rows, where the record ends) of every whole record."""
        with self._path.open("rb") as lines:
            while (head := lines.readline()).endswith(b"\n"):
                key, number = orjson.loads(head)
                counts, *rows = [lines.readline() for _ in range(number + 1)]
                if not all(line.endswith(b"\n") for line in (counts, *rows)):
                    return
                yield key, counts_of(counts), rows, lines.tell()
