"""The parameters of a simulated cohort: the defaults, and a TOML file that changes some of them."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

DEFAULTS = Path(__file__).with_name("defaults.toml")
_WHOLE = frozenset({"years", "most", "other_laboratory"})
_ANY_NUMBER = frozenset({"age_mean", "age_sd", "largest_median_cm", "largest_log_sd"})

Parameters = Mapping[str, Any]


class ParameterError(ValueError):
    """A parameter that cannot be used; the text names it."""


def read_parameters(file: Path | None = None) -> Parameters:
    """The defaults, with what the file names instead. ParameterError where it names or gives something else."""
    parameters = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))
    if file is not None:
        try:
            changes = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            raise ParameterError(f"not TOML: {problem}") from None
        _change(parameters, changes, "")
    return parameters


def _change(parameters: dict[str, Any], changes: Mapping[str, Any], where: str) -> None:
    for name, value in changes.items():
        path = f"{where}{name}"
        if name not in parameters:
            raise ParameterError(f"{path} is none of: {', '.join(sorted(parameters))}")
        if isinstance(parameters[name], dict):
            if not isinstance(value, dict):
                raise ParameterError(f"{path} is a table")
            _change(parameters[name], value, f"{path}.")
        else:
            _check(path, name, value, parameters[name])
            parameters[name] = value


def _check(path: str, name: str, value: Any, default: Any) -> None:
    if isinstance(default, date):
        right, wanted = isinstance(value, date), "a date such as 2026-11-21"
    elif isinstance(default, list):
        right = (
            isinstance(value, list) and bool(value) and all(_is_number(v) and v >= 0 for v in value) and sum(value) > 0
        )
        wanted = "a list of weights"
    elif name in _WHOLE:
        right, wanted = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1000, "a whole number"
    elif name in _ANY_NUMBER:
        right, wanted = _is_number(value) and value > 0, "a positive number"
    else:
        right, wanted = _is_number(value) and 0 <= value <= 1, "a share from 0 to 1"
    if not right:
        raise ParameterError(f"{path} is {wanted}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
