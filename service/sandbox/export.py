"""The fixtures as transaction bundles, one file a fixture."""

from pathlib import Path

import orjson

from service.fhir.write.transaction import transaction_of
from service.sandbox.fixtures import examples
from service.sandbox.records import resources_of


def export(folder: Path, out: Path) -> list[tuple[Path, list[str]]]:
    """The files written; with each the resources left out because no FHIR R4 server takes them."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for example in examples(folder):
        transaction, refused = transaction_of(resources_of(example.body()))
        file = out / f"{example.name}.json"
        file.write_bytes(orjson.dumps(transaction, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        written.append((file, refused))
    return written
