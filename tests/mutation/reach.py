"""Which probes run the statement that a mutant changes, and which to try first.

Each probe is asked once while its way through the core is noted. Of those that reach a function, one that takes another way
through it, or gets another answer, comes before a second one of the same kind, and a cheap one before a dear one. The tests
beside the module come before all others.
"""

import ast
import inspect
import pickle
import sys
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from functools import lru_cache
from linecache import getline
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

from tests.mutation.probes import Probe
from tests.mutation.switch import Mutant

KEPT = "reach.pickle"
KINDS = 64  # of answers of a function that are told apart
MOST_UNLIKE = 400  # after these any order will do


class Reach:
    def __init__(self, folder: str, probes: Sequence[Probe]) -> None:
        self.folder, self.probes = folder, probes
        self._of: dict[tuple[str, int], set[int]] = defaultdict(set)  # file and line: the numbers of those that run it
        self._unlike: list[int] = []
        self.in_order = lru_cache(maxsize=4)(self._in_order)

    def learn(self, before_each: Callable[[], None]) -> None:
        """Asks every probe once, and notes what it says and where it comes by."""
        for number, probe in enumerate(self.probes):
            before_each()
            with lines_run(self.folder) as lines:
                probe.learn()
            for line in lines:
                self._of[line].add(number)
        self._unlike = unlike(self._of.values(), len(self.probes))

    def keep(self, folder: Path) -> None:
        """For a later run on the same files."""
        asked = [(probe.name, probe.before, probe.seconds) for probe in self.probes]
        (folder / KEPT).write_bytes(pickle.dumps((files(folder), asked, self._of, self._unlike)))

    def recall(self, folder: Path) -> bool:
        """What an earlier run learned, if no file has changed since."""
        kept = folder / KEPT
        earlier, asked, of, order = pickle.loads(kept.read_bytes()) if kept.exists() else (None, (), {}, [])
        if earlier != files(folder) or [name for name, _, _ in asked] != [probe.name for probe in self.probes]:
            return False
        for probe, (_, before, seconds) in zip(self.probes, asked, strict=True):
            probe.before, probe.seconds = before, seconds
        self._of, self._unlike = of, order
        return True

    def of(self, mutant: Mutant) -> list[Probe]:
        """Those that run the changed statement, in the order to try them."""
        file, whole = mutant.function.__code__.co_filename, lines_of(mutant.function.__code__)
        changed = changed_lines(mutant) & whole or whole
        reached = set().union(*(self._of.get((file, line), ()) for line in changed))
        found = [self.probes[n] for n in self.in_order(mutant.function.__code__) if n in reached]
        beside = named_beside(Path(file).relative_to(Path(self.folder).parent))
        return sorted(found, key=lambda probe: not probe.name.startswith(beside))

    def _in_order(self, code: CodeType) -> list[int]:
        seen: dict[int, list[int]] = defaultdict(list)  # of each probe: lines that it runs, and kinds of answers
        lines = sorted(lines_of(code) | answers_of(code))
        for line in lines:
            for probe in self._of.get((code.co_filename, line), ()):
                seen[probe].append(line)
        nth: dict[tuple[int, str], int] = defaultdict(int)
        rank: dict[int, float] = {}
        for probe in filter(seen.__contains__, self._unlike):
            features = [(line, self.probes[probe].kind) for line in seen[probe]]
            for feature in features:
                nth[feature] += 1
            rank[probe] = min(nth[feature] for feature in features) * self.probes[probe].seconds
        return sorted(rank, key=rank.__getitem__)


def named_beside(module: Path) -> str:
    """How the names of the tests beside a module begin: they are tried first.

    >>> named_beside(Path("cards/liver/albi.py"))
    'tests/cards/liver/test_albi.py::'
    """
    return f"{Path('tests') / module.parent / f'test_{module.name}'}::"


def files(folder: Path) -> dict[str, object]:
    """What tells whether a file changed; results of mutmut aside. Strings hash alike where the seed is the same."""
    found = {str(file): file.stat() for file in folder.rglob("*") if file.suffix in (".py", ".txt", ".json", ".toml")}
    return {"": hash("alike"), **{name: (stat.st_size, stat.st_mtime_ns) for name, stat in sorted(found.items())}}


def unlike(probes_of_a_line: Iterable[set[int]], count: int) -> list[int]:
    """The numbers of all probes, first those that each run most of what those before it did not, over and over."""
    lines: dict[int, int] = dict.fromkeys(range(count), 0)
    for bit, probes in enumerate(probes_of_a_line):
        for probe in probes:
            lines[probe] |= 1 << bit
    found: list[int] = []
    seen = 0
    while lines and len(found) < MOST_UNLIKE:
        best = max(lines, key=lambda n: (lines[n] & ~seen).bit_count())
        if seen and not lines[best] & ~seen:
            seen = 0  # nothing is new any more: a second of each kind
            continue
        seen |= lines.pop(best)
        found.append(best)
    return [*found, *lines]


@contextmanager
def lines_run(folder: str) -> Iterator[set[tuple[str, int]]]:
    """(file, line) of what is run within a folder; each kind of answer that a function gives is a line below zero."""
    found: set[tuple[str, int]] = set()

    def called(frame: FrameType, event: str, argument: object) -> Callable[..., Any] | None:
        return line if frame.f_code.co_filename.startswith(folder) else None

    def line(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        at = -KINDS * frame.f_code.co_firstlineno - _kind(argument) if event == "return" else frame.f_lineno
        found.add((frame.f_code.co_filename, at))
        return line

    sys.settrace(called)
    try:
        yield found
    finally:
        sys.settrace(None)


def _kind(answer: object) -> int:
    """A rough difference between answers."""
    try:
        return hash(answer) % KINDS
    except TypeError:
        return len(answer) % KINDS if isinstance(answer, Sized) else 0


def answers_of(code: CodeType) -> set[int]:
    inner = (each for each in code.co_consts if isinstance(each, CodeType))
    own = {-KINDS * code.co_firstlineno - kind for kind in range(KINDS)}
    return own.union(*map(answers_of, inner))


def lines_of(code: CodeType) -> set[int]:
    """Lines at which something is done, also in functions within the function."""
    own = {line for _, _, line in code.co_lines() if line is not None and line != code.co_firstlineno}
    return own.union(*(lines_of(inner) for inner in code.co_consts if isinstance(inner, CodeType)))


def changed_lines(mutant: Mutant) -> set[int]:
    """Lines of the statement that is changed; of the whole function where its head is."""
    original, changed = mutant.original.__code__, mutant.changed.__code__
    statements, length = _body(mutant.original)
    offset = next((n for n in range(1, length) if _line(original, n) != _line(changed, n)), 0)
    shift = mutant.function.__code__.co_firstlineno + 1  # below the switch
    return {shift + line for line in _around(statements, offset)}


def _line(code: CodeType, offset: int) -> str:
    return getline(code.co_filename, code.co_firstlineno + offset)


@lru_cache(maxsize=4)
def _body(function: FunctionType) -> tuple[list[ast.stmt], int]:
    """The statements of a function, its first line being 0."""
    source, _ = inspect.getsourcelines(function)
    tree = ast.increment_lineno(ast.parse(textwrap.dedent("".join(source))), -1)
    return [node for node in ast.walk(tree.body[0]) if isinstance(node, ast.stmt)], len(source)


def _around(statements: list[ast.stmt], offset: int) -> range:
    """The innermost statement at a line; of one that holds others its head."""
    inner = max(
        (each for each in statements if each.lineno <= offset <= (each.end_lineno or 0)),
        key=lambda each: (each.lineno, -(each.end_lineno or 0)),
        default=statements[0],
    )
    held = [each for each in getattr(inner, "body", ()) if inner is not statements[0]]
    end = max(inner.lineno + 1, held[0].lineno) if held else (inner.end_lineno or inner.lineno) + 1
    return range(inner.lineno, end)
