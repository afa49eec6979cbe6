"""The operator's map of local codes (TOML): a flowsheet row or problem code of one EHR becomes a fact of ours.

Checked as a whole when it is loaded: the first wrong entry is one line, and the service does not start. Units are
never assumed here; a value without a unit stays without one. A code that the project's own table already reads is
refused, so that a map can add to the table and never contradict it. docs/local-codes.md is the operator's page.
"""

import difflib
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from cards.facts import FACTS, FactSpec, Scalar, Window
from cards.record import record
from service.fhir.read import codes

TUMORS = (
    "hcc",
    "icc",
    "neuroendocrine-metastasis",
    "colorectal-metastasis",
    "melanoma-metastasis",
    "other-metastasis",
    "other-primary",
)
PROCEDURES = (
    "tace",
    "tae",
    "y90",
    "ablation",
    "resection",
    "transplant",
    "dialysis",
    "bilioenteric-anastomosis",
)
_TARGETS = ("fact", "lab", "tumor", "procedure")
_KEYS = ("system", "code", *_TARGETS, "value", "values")
_FACT_NAMES = {**{name: name for name in FACTS}, **{spec.code: name for name, spec in FACTS.items() if spec.code}}
_LABS = tuple(name for name, spec in FACTS.items() if spec.window is Window.LABORATORY)
_MEMO_SIZE = 4096


class LocalCodeError(ValueError):
    """A map that cannot be used; the text is one line: file, entry, what is wrong, what is allowed."""


class _Wrong(Exception):
    """What is wrong with one entry, and what is allowed."""


@record(frozen=True, slots=True)
class Entry:
    """One mapped code.

    target   "fact", "tumor" or "procedure"; a laboratory value is a fact
    name     the fact (as in FACTS), the kind of tumor, or the procedure
    value    what the code says all by itself, or None
    values   their word, without capitals → our value; empty where their words are ours
    """

    system: str
    code: str
    target: str
    name: str
    value: Scalar | None = None
    values: Mapping[str, Scalar] = field(default_factory=dict)

    @property
    def note(self) -> str:
        """How the evidence says that a local code was used.

        >>> Entry("urn:oid:2.999", "1234", "fact", "ascites_grade").note
        'local code 1234 mapped to ascites grade'
        """
        spec = FACTS.get(self.name)
        name = (spec.code or spec.name) if spec else self.name
        return f"local code {self.code} mapped to {name.replace('-', ' ').replace('_', ' ')}"

    def value_of(self, raw: Scalar | None) -> Scalar | None:
        """Our value for theirs; None where it is not in the map, or not a value of the fact.

        raw     a word, code, number or yes/no as the resource holds it; None where the code stands alone.
                A code that says its value by itself gives it when nothing, or `true`, stands beside it.

        >>> entry = Entry("urn:oid:2.999", "1", "fact", "ascites_grade", None, {"slight": "mild"})
        >>> entry.value_of(" Slight "), entry.value_of("tense")
        ('mild', None)
        """
        if self.target != "fact":
            return self.name
        if self.value is not None:
            return self.value if raw is None or raw is True else None
        if raw is None:
            return None
        if self.values:
            return self.values.get(_word(raw))
        return _read(FACTS[self.name], raw)

    def __str__(self) -> str:
        if self.value is not None:
            return f"{self.system}|{self.code} → {self.name} = {_shown(self.value)}"
        words = ", ".join(f"{theirs} → {_shown(ours)}" for theirs, ours in self.values.items())
        return f"{self.system}|{self.code} → {self.name}" + (f" ({words})" if words else "")


@record(frozen=True, slots=True)
class LocalCodes:
    """All entries of one map; an empty one matches nothing."""

    entries: tuple[Entry, ...] = ()
    _by_key: dict[tuple[str, str], Entry] = field(init=False, repr=False, compare=False, default_factory=dict)
    _memo: dict[tuple[str, str], Entry | None] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_key.update({_key(entry.system, entry.code): entry for entry in self.entries})

    def match(self, system: str, code: str) -> Entry | None:
        """The entry of a coding, or None."""
        if not self.entries:
            return None
        raw = (system, code)
        if raw not in self._memo:
            if len(self._memo) >= _MEMO_SIZE:
                self._memo.clear()
            self._memo[raw] = self._by_key.get(_key(system, code))
        return self._memo[raw]

    @property
    def tokens(self) -> tuple[str, ...]:
        """The codes as FHIR search tokens, "system|code"."""
        return tuple(f"{entry.system}|{entry.code}" for entry in self.entries)


def load(path: str | Path) -> LocalCodes:
    """Reads and checks a map.

    Errors
        LocalCodeError  one line; the whole map is refused
    """
    tables = _tables(path)
    entries: list[Entry] = []
    seen: dict[tuple[str, str], int] = {}
    for number, table in enumerate(tables, 1):
        try:
            entry = _entry(table)
            _refuse_known(entry)
            _refuse_twice(entry, number, seen)
        except _Wrong as wrong:
            raise LocalCodeError(f"{path}: entry {number}: {wrong}") from None
        entries.append(entry)
    return LocalCodes(tuple(entries))


def _tables(path: str | Path) -> list[Any]:
    try:
        content = tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise LocalCodeError(f"{path}: cannot be read: {error.strerror or type(error).__name__}") from None
    except UnicodeDecodeError:
        raise LocalCodeError(f"{path}: cannot be read: not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise LocalCodeError(f"{path}: not TOML: {' '.join(str(error).split())}") from None
    others = [key for key in content if key != "map"]
    if others:
        raise LocalCodeError(f'{path}: unknown key "{others[0]}"; allowed: [[map]] entries')
    tables = content.get("map")
    if not isinstance(tables, list) or not tables:
        raise LocalCodeError(f"{path}: no entries; each one starts with [[map]]")
    return tables


def _entry(table: Any) -> Entry:
    if not isinstance(table, dict):
        raise _Wrong("not a table; each entry starts with [[map]]")
    for key in table:
        if key not in _KEYS:
            raise _Wrong(f'unknown key "{key}"{_near(key, _KEYS)}; allowed: {", ".join(_KEYS)}')
    system, code = _text(table, "system"), _text(table, "code")
    targets = [key for key in _TARGETS if key in table]
    if len(targets) != 1:
        found = " and ".join(targets) if targets else "none"
        raise _Wrong(f"exactly one of {', '.join(_TARGETS)} is needed; found {found}")
    target = targets[0]
    if target in ("tumor", "procedure"):
        allowed = TUMORS if target == "tumor" else PROCEDURES
        name = _one_of(target, _text(table, target), allowed)
        if "value" in table or "values" in table:
            raise _Wrong(f"a {target} takes no value; value and values are for a fact")
        return Entry(system, code, target, name)
    names = _FACT_NAMES if target == "fact" else {name: name for name in _LABS}
    spec = FACTS[names[_one_of(target, _text(table, target), tuple(names))]]
    return Entry(system, code, "fact", spec.name, *_values(spec, table))


def _text(table: Mapping[str, Any], key: str) -> str:
    if key not in table:
        raise _Wrong(f'"{key}" is missing')
    found = table[key]
    if not isinstance(found, str) or not found.strip():
        raise _Wrong(f'"{key}" is {_shown(found)}; allowed: text in quotes')
    return found.strip()


def _one_of(what: str, name: str, allowed: tuple[str, ...]) -> str:
    if name not in allowed:
        raise _Wrong(f'unknown {what} "{name}"{_near(name, allowed)}; allowed: {", ".join(allowed)}')
    return name


def _near(name: str, allowed: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, allowed, 1)
    return f' (did you mean "{near[0]}"?)' if near else ""


def _values(spec: FactSpec, table: Mapping[str, Any]) -> tuple[Scalar | None, dict[str, Scalar]]:
    """What an entry says of its values: the one of the code itself, and theirs → ours."""
    if "value" in table and "values" in table:
        raise _Wrong("both value and values; allowed: one of them, or none")
    if spec.kind == "quantity" and ("value" in table or "values" in table):
        raise _Wrong(f"{_name(spec)} is a quantity and takes its number and unit from the record; allowed: no value")
    if "value" in table:
        return _ours(spec, table["value"], "value"), {}
    words = table.get("values", {})
    if not isinstance(words, dict) or ("values" in table and not words):
        raise _Wrong('"values" is not a table of words; allowed: "their word" = our value')
    ours: dict[str, Scalar] = {}
    for word, value in words.items():
        if _word(word) in ours:
            raise _Wrong(f'the word "{word}" is mapped twice (capitals and blanks do not count)')
        ours[_word(word)] = _ours(spec, value, f'the value of "{word}"')
    return None, ours


def _ours(spec: FactSpec, value: Any, where: str) -> Scalar:
    """A value as written in the map: of the right type and one of the fact's."""
    right: dict[str, tuple[type, ...]] = {"coded": (str,), "boolean": (bool,), "integer": (int,)}
    same_type = type(value) in right[spec.kind]
    read = _read(spec, value) if same_type else None
    if read is None:
        raise _Wrong(f"{where} is {_shown(value)}; {_name(spec)} allows {_allowed(spec)}")
    return read


def _read(spec: FactSpec, raw: Scalar) -> Scalar | None:
    """A value of ours from one that already speaks our words; None where it is none."""
    if spec.kind == "quantity":
        return raw if isinstance(raw, int | float) and not isinstance(raw, bool) and math.isfinite(raw) else None
    word = _word(raw)
    if spec.kind == "boolean":
        return {"true": True, "false": False}.get(word)
    if spec.kind == "integer":
        low, high = spec.limits
        return int(word) if word.isdecimal() and low <= int(word) <= high and not isinstance(raw, bool) else None
    named = {value.casefold(): value for value in spec.values if isinstance(value, str)}
    return named.get(word) or codes.VALUE_ALIASES.get((spec.name, word))


def _refuse_known(entry: Entry) -> None:
    known = codes.lookup(entry.system, entry.code)
    if known:
        raise _Wrong(
            f"{entry.system}|{entry.code} is already read as {', '.join(known)}; allowed: codes it does not read"
        )


def _refuse_twice(entry: Entry, number: int, seen: dict[tuple[str, str], int]) -> None:
    earlier = seen.setdefault(_key(entry.system, entry.code), number)
    if earlier != number:
        raise _Wrong(f"{entry.system}|{entry.code} is mapped already in entry {earlier}; allowed: once")


def _key(system: str, code: str) -> tuple[str, str]:
    """What is compared: known systems by their rules, local ones as they are but for blanks and a last slash."""
    name = codes.normalized_system(system)
    if name in codes.SYSTEMS:
        return name, codes.normalized_code(name, code)
    return system.strip().rstrip("/"), code.strip()


def _word(raw: object) -> str:
    """A word as it is compared; 1.0 is "1", true is "true"."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return " ".join(str(raw).split()).casefold()


def _name(spec: FactSpec) -> str:
    return spec.code or spec.name


def _allowed(spec: FactSpec) -> str:
    if spec.kind == "boolean":
        return "true, false"
    if spec.kind == "integer":
        return f"whole numbers from {spec.limits[0]:g} to {spec.limits[1]:g}"
    return ", ".join(f'"{value}"' for value in spec.values)


def _shown(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
