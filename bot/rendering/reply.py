"""The reply: what every channel shows as well as it can, and the JSON of it that scripts rely on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.metrics.periods import Period
from domain.metrics.query import MetricQuery
from domain.metrics.result import Column, Coverage, Row


@dataclass(frozen=True, slots=True)
class Button:
    """A label, and the message that tapping it sends."""

    label: str
    message: str


@dataclass(slots=True)
class Timing:
    """Milliseconds spent."""

    understand: float = 0.0
    query: float = 0.0
    render: float = 0.0
    total: float = 0.0


@dataclass(slots=True)
class Reply:
    """One answer. `text` alone says everything; the rest lets richer channels show it better."""

    kind: str  # answer, clarify, refused, proposal, done, error
    text: str
    query: MetricQuery | None = None
    action: dict[str, Any] | None = None
    choices: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    comparison_rows: tuple[Row | None, ...] | None = None
    comparison_period: Period | None = None
    coverage: Coverage | None = None
    charts: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)  # to be sent along; named in `text`, for the JSON has no place
    buttons: tuple[Button, ...] = ()
    understood_by: str = "rules"
    timing: Timing = field(default_factory=Timing)
    is_private_matter: bool = False  # the person may know, but not everybody here: to be said to the person alone

    def as_json(self, zone: Any = None) -> dict[str, Any]:
        """The shape of the public contract."""
        return {
            "kind": self.kind,
            "text": self.text,
            "query": self.query.as_json() if self.query else None,
            "action": self.action,
            "choices": list(self.choices),
            "columns": [column.as_json() for column in self.columns],
            "rows": [list(row) for row in self.rows],
            "comparison_rows": None if self.comparison_rows is None else [
                None if row is None else list(row) for row in self.comparison_rows],
            "coverage": self.coverage.as_json(zone) if self.coverage else {},
            "charts": self.charts,
            "buttons": [{"label": button.label, "message": button.message} for button in self.buttons],
            "understood_by": self.understood_by,
            "timing_ms": {name: round(getattr(self.timing, name), 3)
                          for name in ("understand", "query", "render", "total")},
        }


def with_choices(text: str, choices: Sequence[str]) -> str:
    """The text, and below it what can be sent back, numbered: a number alone chooses, too."""
    return "\n".join([text, *(f"{number}. {choice}" for number, choice in enumerate(choices, 1))])
