"""Small functions, small files, every module introduced: the shape holds only where it is checked."""

import importlib
from statistics import median

from tests.architecture.tree import PACKAGES, modules, syntax

LONGEST_FUNCTION = 60
LONG_FUNCTION, LONG_FUNCTIONS_SHARE = 40, 0.03
MEDIAN_FUNCTION = 8
LONGEST_FILE = 400
RUN_WHEN_IMPORTED = {"storage.migrations.env", "storage.migrations.__main__", "bot.__main__"}
OURS = modules(*PACKAGES)
EVERYTHING = (*OURS, *modules("tests", "benchmarks"))


def test_no_function_is_too_long() -> None:
    long = [f"{name} has {lines} lines" for module in EVERYTHING for name, lines in syntax(module).functions.items()
            if lines > LONGEST_FUNCTION]
    assert not long, "\n".join(long)


def test_long_functions_are_rare_and_the_usual_one_is_short() -> None:
    lengths = {name: lines for module in OURS for name, lines in syntax(module).functions.items()}
    long = [name for name, lines in lengths.items() if lines > LONG_FUNCTION]
    assert len(long) <= LONG_FUNCTIONS_SHARE * len(lengths), "\n".join(long)
    assert median(lengths.values()) <= MEDIAN_FUNCTION


def test_a_file_fits_in_the_head() -> None:
    long = [f"{module.name} has {module.lines} lines" for module in EVERYTHING if module.lines > LONGEST_FILE]
    assert not long, "\n".join(long)


def test_a_file_says_what_it_is() -> None:
    silent = [module.name for module in EVERYTHING
              if not module.name.startswith("tests/") and not syntax(module).docstring]
    assert not silent, "\n".join(silent)


def test_no_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base_manager"}
    assert not [module.name for module in EVERYTHING if set(module.dotted.split(".")) & drawers]


def test_every_module_can_be_imported() -> None:
    for module in OURS:
        if module.dotted not in RUN_WHEN_IMPORTED:
            importlib.import_module(module.dotted)
