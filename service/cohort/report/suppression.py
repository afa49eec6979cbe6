"""Small cells are withheld, and so are the cells from which they could be worked out."""

from collections.abc import Collection, Mapping

SMALLEST = 5
Cells = Mapping[str, int]
Shown = dict[str, int | None]  # None: withheld


def is_small(number: int) -> bool:
    """1 to 4. Nobody is in a cell of 0: it gives no person away."""
    return 0 < number < SMALLEST


def partition(cells: Cells, also: Collection[str] = ()) -> Shown:
    """Cells that add up to a total which is shown: small ones are withheld, and more until none can be worked out.

    also   cells that are withheld because another table would give them away
    A single withheld cell would follow from the total, and several small ones nearly so: the smallest others join them
    until at least two are withheld and together they are at least 5. Where that cannot be, the total is withheld.

    >>> partition({"yes": 3, "no": 40, "unknown": 0})
    {'yes': None, 'no': None, 'unknown': 0}
    >>> partition({"A": 2, "B": 9, "C": 50})
    {'A': None, 'B': None, 'C': 50}
    >>> partition({"A": 5, "B": 9})
    {'A': 5, 'B': 9}
    """
    hidden = {name for name, number in cells.items() if is_small(number) or (number and name in also)}
    others = sorted((n for n in cells if cells[n] and n not in hidden), key=lambda n: (cells[n], n))
    while hidden and others and not _is_safe(cells, hidden):
        hidden.add(others.pop(0))
    return {name: None if name in hidden else number for name, number in cells.items()}


def _is_safe(cells: Cells, hidden: Collection[str]) -> bool:
    return len(hidden) > 1 and sum(cells[n] for n in hidden) >= SMALLEST


def total(cells: Cells, shown: Mapping[str, int | None]) -> int | None:
    """The total of a partition; withheld where it would give a withheld cell away."""
    hidden = [name for name in cells if shown[name] is None]
    return sum(cells.values()) if not hidden or _is_safe(cells, hidden) else None


def linked(tables: Mapping[str, Cells]) -> dict[str, Shown]:
    """Partitions of the same people: what is withheld in one table is not shown under another name in the next.

    "Contraindicated" is also "critical card": wherever a cell has the number of a withheld one, it is withheld too.
    """
    also: dict[str, set[str]] = {name: set() for name in tables}
    while True:
        shown = {name: partition(cells, also[name]) for name, cells in tables.items()}
        numbers = {tables[t][c] for t, cells in shown.items() for c, n in cells.items() if n is None}
        more = {t: {c for c, n in cells.items() if n is not None and n in numbers and n} for t, cells in shown.items()}
        if not any(more.values()):
            return shown
        for name, cells_to_hide in more.items():
            also[name] |= cells_to_hide


def share(number: int, of: int) -> int | None:
    """A number out of a shown total: withheld where it or what is left over is small."""
    return None if is_small(number) or is_small(of - number) else number


def overlap(both: int, one: int | None, other: int | None) -> int | None:
    """How many have two properties, beside how many have each: neither part alone may be small."""
    if one is None or other is None or is_small(both) or is_small(one - both) or is_small(other - both):
        return None
    return both
