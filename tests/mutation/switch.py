"""One function of the core at a time at the code of a mutant, all others at their own.

mutmut puts a switch before each function that asks at every call which mutant is on. Here the switch is left out, and the code
of the function itself is exchanged: whoever holds the function, in a table or under another name, gets the mutant too.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from mutmut.mutation import trampoline

SWITCH = trampoline.wrap_in_trampoline
ORIGINAL = "_mutmut_orig"


@dataclass(frozen=True)
class Mutant:
    function: FunctionType
    original: FunctionType  # its copy beside the mutants
    changed: FunctionType

    def on(self) -> None:
        self.function.__code__ = self.changed.__code__
        self.function.__defaults__ = self.changed.__defaults__
        self.function.__kwdefaults__ = self.changed.__kwdefaults__


def mutants_of(package: str) -> dict[str, Mutant]:
    """Import a package out of the folder of mutmut, without its switches. By name of the mutant."""
    made: list[tuple[FunctionType, dict[str, Any]]] = []

    def left_out(mutants: dict[str, Any], is_classmethod: bool = False) -> Callable[[FunctionType], FunctionType]:
        def as_it_is(function: FunctionType) -> FunctionType:
            made.append((function, mutants))
            return function

        return as_it_is

    setattr(trampoline, SWITCH.__name__, left_out)
    modules = all_of(package)
    found = {
        f"{function.__module__}.{name}": Mutant(function, _plain(mutants[ORIGINAL]), _plain(mutant))
        for function, mutants in made
        for name, mutant in mutants.items()
        if name != ORIGINAL
    }
    for module in modules:
        _tidy(module)
    return found


def switch_on(name: str, mutant: Mutant) -> None:
    """For this process. A module that is made once more from now on has the mutant by mutmut's own switch."""
    mutant.on()
    setattr(trampoline, SWITCH.__name__, SWITCH)
    trampoline.set_mutant_under_test(name)


def all_of(package: str) -> list[ModuleType]:
    root = importlib.import_module(package)
    found = pkgutil.walk_packages(root.__path__, f"{package}.")
    return [root, *(importlib.import_module(module.name) for module in found)]


def caches_of(package: str) -> list[Callable[[], None]]:
    """What forgets the answers that functions of the package keep."""
    held = [each for module in all_of(package) for each in vars(module).values()]
    return [each.cache_clear for each in held if hasattr(each, "cache_clear")]


def _plain(method: Any) -> FunctionType:
    """The function behind a class method."""
    found: FunctionType = getattr(method, "__func__", method)
    return found


def _tidy(module: ModuleType) -> None:
    """Nobody shall find the mutants by looking through the module, as doctest does."""
    classes = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
    for holder in (module, *classes):
        for name in [name for name in vars(holder) if "__mutmut" in name]:
            delattr(holder, name)
