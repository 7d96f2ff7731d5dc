"""Statements of figures made once for all questions of a shape: the second one gives the driver nothing but values."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Select

from storage.figures.scope import Scope
from storage.made import Made

SHAPES = 300  # statements kept, some 100 kB each; rates of the day and bounds are part of some


@dataclass(frozen=True, slots=True)
class _Recipe:
    """Two are the same that make the same statement, but for what it takes by name."""

    make: Callable[..., Select[Any]]
    shape: Hashable
    others: tuple[Hashable, ...]
    scope: Scope = field(compare=False)


def made_once(make: Callable[..., Select[Any]], scope: Scope, *others: Hashable) -> Made:
    """`make(scope, *others)`: building it takes several times what the database takes to answer it.

    It may take from `scope` only what is in its shape, and all else by name (`Scope.parameters`).
    """
    return _made(_Recipe(make, scope.shape, others, scope))


@lru_cache(SHAPES)
def _made(recipe: _Recipe) -> Made:
    return Made(recipe.make(recipe.scope, *recipe.others))
