"""The page of the mutants that survive, each with its reason (docs/mutants-survivors.md).

The reasons are kept in survivors.txt by function and change, not by number, so that they hold when mutants are counted anew.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path

REASONS = Path(__file__).with_name("survivors.txt")
NOT_LOOKED_AT = "not looked at"
AROUND = 2  # words shown before and after what is changed
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
HEAD = """# Mutants that survive

Of each change of `cards/` that nothing notices: what is changed, and why nothing notices. Written by
`make mutants ARGS=--survivors` out of what mutmut keeps and of the reasons in `tests/mutation/survivors.txt`. How mutants are
tried: [mutants.md](mutants.md).
"""


def changed(old: Iterable[str], new: Iterable[str]) -> str:
    """What is changed, with a little around it.

    >>> changed(["    if low <= high:"], ["    if low < high:"])
    'low <= high: → low < high:'
    """
    before, after = (_WORD.findall(" ".join(line.strip() for line in lines)) for lines in (old, new))
    blocks = [b for b in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks() if b.size]
    starts = blocks[0].size if blocks and blocks[0].a == blocks[0].b == 0 else 0
    last = blocks[-1] if blocks else None
    to_end = last is not None and (last.a + last.size, last.b + last.size) == (len(before), len(after))
    ends = last.size if last is not None and to_end and last.b >= starts else 0
    return " → ".join(_with_some_around(words, starts, len(words) - ends) for words in (before, after))


def _with_some_around(words: list[str], start: int, end: int) -> str:
    """From the second word before to the second word after."""
    words_before = [n for n in range(start) if words[n].strip()][-AROUND:]
    words_after = [n for n in range(end, len(words)) if words[n].strip()][:AROUND]
    return "".join(words[min([start, *words_before]) : max([end, *(n + 1 for n in words_after)])]).strip()


def change_of(diff: str) -> str:
    """What a diff of mutmut changes."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++", "@@"))]
    return changed(*([line[1:] for line in lines if line.startswith(sign)] for sign in "-+"))


def function_of(name: str) -> str:
    """The function of a mutant.

    >>> function_of("cards.timeline.axis.xǁDaysǁticks__mutmut_28"), function_of("cards.words.x_number__mutmut_3")
    ('cards.timeline.axis.Days.ticks', 'cards.words.number')
    """
    module, _, short = name.rpartition("__mutmut_")[0].rpartition(".")
    return f"{module}.{short.removeprefix('x').removeprefix('_').strip('ǁ').replace('ǁ', '.')}"


def reasons() -> dict[str, dict[str, str]]:
    """Function → change → why it survives. In the file a function stands at the edge, why below it, the changes below that."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    function = why = ""
    for line in REASONS.read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            found[function][line.strip()] = why
        elif line.startswith("  "):
            why = line.strip()
        elif line:
            function = line
    return found


def page(names: Iterable[str], diff_of: Callable[[str], str], room: Callable[[str], str]) -> str:
    """The whole page."""
    known, of_rooms = reasons(), defaultdict(list)
    for name in names:
        of_rooms[room(name)].append(name)
    lines = [HEAD]
    for where, mutants in sorted(of_rooms.items()):
        lines += [f"## {where}: {len(mutants)}", "", "| in | changed | why nothing notices |", "|---|---|---|"]
        lines += [*_rows(mutants, diff_of, known), ""]
    return "\n".join(lines)


def _rows(mutants: list[str], diff_of: Callable[[str], str], known: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """One row a reason."""
    grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in mutants:
        function, change = function_of(name), change_of(diff_of(name))
        grouped[function, known.get(function, {}).get(change, NOT_LOOKED_AT)].append(change)
    for (function, why), changes in grouped.items():
        shown = "<br>".join(dict.fromkeys(f"`{each}`".replace("|", "\\|") for each in changes))
        yield f"| `{function.removeprefix('cards.')}` | {shown} | {why} |"
