"""A simulated cohort on disk: files of a few thousand patients by resource type, the same for every number of workers."""

import gzip
import sys
from contextlib import nullcontext
from itertools import repeat
from pathlib import Path
from random import Random

import orjson

from cards.record import record
from service.cohort.pool import pool
from service.cohort.simulate.course import patient_of
from service.cohort.simulate.parameters import Parameters

SHARD = 2500


@record(frozen=True, slots=True)
class Shard:
    number: int
    first: int
    last: int


def write_cohort(
    parameters: Parameters, patients: int, seed: int, out: Path, workers: int = 1, packed: bool = False
) -> int:
    """Write the files; the number of resources."""
    from tqdm import tqdm

    out.mkdir(parents=True, exist_ok=True)
    shards = [Shard(n, first, min(first + SHARD, patients)) for n, first in enumerate(range(0, patients, SHARD))]
    arguments = (repeat(parameters), repeat(seed), repeat(out), repeat(packed))
    processes = pool(workers) if workers > 1 else None
    with processes or nullcontext():
        done = (processes.map if processes else map)(write_shard, shards, *arguments)
        bar = tqdm(done, "simulating", len(shards), unit="file set", disable=None, file=sys.stderr, dynamic_ncols=True)
        return sum(bar)


def write_shard(shard: Shard, parameters: Parameters, seed: int, out: Path, packed: bool) -> int:
    """One file a resource type; the number of resources in them."""
    lines: dict[str, list[bytes]] = {}
    rng = Random(seed * 7_368_787 + shard.number)  # made-up patients are no secrets # nosec B311
    broken = parameters["faults"]["broken_line"]
    for number in range(shard.first, shard.last):
        for resource in patient_of(number, seed, parameters):
            line = orjson.dumps(resource, option=orjson.OPT_APPEND_NEWLINE)
            if rng.random() < broken:
                line = line[: len(line) // 2] + b"\n"
            lines.setdefault(resource["resourceType"], []).append(line)
    for kind, held in lines.items():
        data = b"".join(held)
        name = f"{kind}.{shard.number + 1:04d}.ndjson"
        if packed:
            (out / f"{name}.gz").write_bytes(gzip.compress(data, 6, mtime=0))
        else:
            (out / name).write_bytes(data)
    return sum(map(len, lines.values()))
