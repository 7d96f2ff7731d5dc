"""What an action does to the books, as data: applied in one transaction, kept so that it can be undone.

A change names what it expects to find where it replaces a value; when the books say otherwise nothing is written.
"""

from importlib import import_module
from inspect import getmembers, isclass
from pkgutil import iter_modules

from domain.changes.change import Change, Replacement

__all__ = ["Change", "kinds"]


def kinds() -> tuple[type[Change], ...]:
    """Every kind of change: whatever the modules of this folder define."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return tuple(found for module in modules for _, found in getmembers(module, isclass)
                 if issubclass(found, Change) and found.__module__ == module.__name__
                 and found not in {Change, Replacement})
