"""Small functions, small files, every module introduced: the shape holds only where it is checked."""

import ast
import importlib
from statistics import median

import pytest

from tests.architecture.tree import PACKAGES, Module, length, modules

LONGEST_FUNCTION = 60
LONG_FUNCTION, LONG_FUNCTIONS_SHARE = 40, 0.03
MEDIAN_FUNCTION = 8
LONGEST_FILE = 400
RUN_WHEN_IMPORTED = {"storage.migrations.env", "storage.migrations.__main__", "bot.__main__"}
OURS = modules(*PACKAGES)
EVERYTHING = modules(*PACKAGES, "tests", "benchmarks")


def test_no_function_is_too_long() -> None:
    long = [f"{module.name}:{function.lineno} {function.name} has {length(function)} lines"
            for module in EVERYTHING for function in module.functions() if length(function) > LONGEST_FUNCTION]
    assert not long, "\n".join(long)


def test_long_functions_are_rare_and_the_usual_one_is_short() -> None:
    lengths = {f"{module.name}:{function.lineno} {function.name}": length(function)
               for module in OURS for function in module.functions()}
    long = [name for name, lines in lengths.items() if lines > LONG_FUNCTION]
    assert len(long) <= LONG_FUNCTIONS_SHARE * len(lengths), "\n".join(long)
    assert median(lengths.values()) <= MEDIAN_FUNCTION


@pytest.mark.parametrize("module", EVERYTHING, ids=lambda module: module.name)
def test_a_file_fits_in_the_head_and_says_what_it_is(module: Module) -> None:
    assert module.lines <= LONGEST_FILE
    assert module.name.startswith("tests/") or ast.get_docstring(module.tree)


def test_no_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base_manager"}
    assert not [module.name for module in EVERYTHING if set(module.dotted.split(".")) & drawers]


@pytest.mark.parametrize("module", OURS, ids=lambda module: module.dotted)
def test_every_module_can_be_imported(module: Module) -> None:
    if module.dotted not in RUN_WHEN_IMPORTED:
        importlib.import_module(module.dotted)
