"""The source tree: its files, and what their syntax says of them."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "domain", "integrations", "scheduler", "storage")


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def dotted(self) -> str:
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())


@dataclass(frozen=True, slots=True)
class Syntax:
    """What is kept of a module's tree, which itself would stay in memory through the whole run."""

    docstring: str | None
    functions: dict[str, int]  # "bot/app/cli.py:12 main": lines from the `def` to the end, docstring included


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every module of the folders; migrations are history, not design, and are left out."""
    return tuple(Module(path, path.read_text(encoding="utf-8"))
                 for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))
                 if "versions" not in path.parts)


@cache
def syntax(module: Module) -> Syntax:
    tree = ast.parse(module.text)
    return Syntax(ast.get_docstring(tree), {
        f"{module.name}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)})
