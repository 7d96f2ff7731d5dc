"""How the kept value follows the pieces. Whatever happens, what came in less what went out is what is there.

A share of a value is rounded once, half up, when it leaves; the rest stays with the pieces that stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.costing.model import CostEntryKind, CostMethod


@dataclass(slots=True)
class Layer:
    """What is left of one receipt. `id` is None until it is stored."""

    id: int | None
    received_at: datetime
    pieces: int
    value_e4: int


@dataclass(frozen=True, slots=True)
class Posting:
    """One change of a pool: pieces and value in (positive) or out, of one layer or of none."""

    kind: CostEntryKind
    pieces: int
    value_e4: int
    layer: Layer | None = None


def share(value: int, part: int, whole: int) -> int:
    """What `part` of `whole` pieces are worth, rounded half up; all of them the whole value."""
    return value if part == whole else (2 * value * part + whole) // (2 * whole)


@dataclass(slots=True)
class Pool:
    """The pieces of one SKU at work. `unit_e4` is the last known unit cost: what a piece is sold at that is owed."""

    method: CostMethod
    pieces: int
    value_e4: int
    unit_e4: int
    layers: list[Layer] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)

    def worth(self, pieces: int) -> int:
        """At the present average; where nothing is there, at the last known one."""
        return share(self.value_e4, pieces, self.pieces) if self.pieces > 0 else pieces * self.unit_e4

    def bring(self, pieces: int, value_e4: int, at: datetime) -> None:
        """Pieces come in. Owed ones are settled first: what they really cost less what they were sold at is booked."""
        owed = min(pieces, max(0, -self.pieces))
        cost = share(value_e4, owed, pieces) if owed else 0
        if owed:
            sold_at = share(-self.value_e4, owed, -self.pieces)
            self._post(CostEntryKind.MOVED, owed, cost)
            if cost != sold_at:
                self._post(CostEntryKind.REVALUED, 0, sold_at - cost)
        if pieces > owed:
            self._post(CostEntryKind.MOVED, pieces - owed, value_e4 - cost, self._new_layer(at))

    def take(self, pieces: int) -> None:
        """Pieces leave. Those that are not there are owed, at the last known cost."""
        there = min(pieces, max(0, self.pieces))
        if there and self.method is CostMethod.FIFO:
            self._take_oldest(there)
        elif there:
            self._post(CostEntryKind.MOVED, -there, -self.worth(there))
        if pieces > there:
            self._post(CostEntryKind.MOVED, there - pieces, (there - pieces) * self.unit_e4)

    def take_back(self, postings: Sequence[Posting], at: datetime) -> None:
        """An undone move: its postings the other way round, the last first, as far as the pieces are still there."""
        for posting in reversed(postings):
            if posting.pieces < 0:
                self._put_back(posting, at)
            elif posting.pieces > 0:
                self._withdraw(posting)

    def revalue(self, value_e4: int) -> None:
        """The pieces there are worth this much now; what was sold stays as it was."""
        left, pieces = value_e4 - self.value_e4, self.pieces
        for layer in list(self.layers) if self.method is CostMethod.FIFO else []:
            if layer.pieces:
                part = share(value_e4, layer.pieces, pieces) - layer.value_e4
                value_e4, pieces = value_e4 - part - layer.value_e4, pieces - layer.pieces
                self._post(CostEntryKind.REVALUED, 0, part, layer)
                left -= part
        if left:
            self._post(CostEntryKind.REVALUED, 0, left)

    def turn(self, method: CostMethod, at: datetime) -> None:
        """Another method from now on: to one layer of what is there, or from all layers into one sum."""
        if method is self.method:
            return
        pieces, value = self.pieces, self.value_e4
        if method is CostMethod.AVERAGE:
            for layer in self.layers:
                if layer.pieces:
                    self._post(CostEntryKind.TURNED, -layer.pieces, -layer.value_e4, layer)
            self._post(CostEntryKind.TURNED, pieces - self.pieces, value - self.value_e4)
        self.method = method
        if method is CostMethod.FIFO and pieces > 0:
            self._post(CostEntryKind.TURNED, -pieces, -value)
            self._post(CostEntryKind.TURNED, pieces, value, self._new_layer(at))

    def _take_oldest(self, pieces: int) -> None:
        for layer in sorted(self.layers, key=_age):
            part = min(pieces, layer.pieces)
            if part:
                self._post(CostEntryKind.MOVED, -part, -share(layer.value_e4, part, layer.pieces), layer)
            pieces -= part

    def _put_back(self, posting: Posting, at: datetime) -> None:
        if posting.layer is not None and self.method is CostMethod.FIFO:
            self._post(CostEntryKind.MOVED, -posting.pieces, -posting.value_e4, posting.layer)
        elif self.method is CostMethod.AVERAGE and self.pieces >= 0:
            self._post(CostEntryKind.MOVED, -posting.pieces, -posting.value_e4)
        else:
            oldest = min((layer.received_at for layer in self.layers), default=at)
            self.bring(-posting.pieces, -posting.value_e4, oldest)

    def _withdraw(self, posting: Posting) -> None:
        pieces, layer = posting.pieces, posting.layer
        if layer is not None and self.method is CostMethod.FIFO:
            part = min(pieces, layer.pieces)
            if part:
                self._post(CostEntryKind.MOVED, -part, -share(layer.value_e4, part, layer.pieces), layer)
            self.take(pieces - part)
        elif self.method is CostMethod.AVERAGE and self.pieces > pieces and self.value_e4 >= posting.value_e4:
            self._post(CostEntryKind.MOVED, -pieces, -posting.value_e4)
        else:
            self.take(pieces)

    def _new_layer(self, at: datetime) -> Layer | None:
        if self.method is not CostMethod.FIFO:
            return None
        self.layers.append(Layer(None, at, 0, 0))
        return self.layers[-1]

    def _post(self, kind: CostEntryKind, pieces: int, value_e4: int, layer: Layer | None = None) -> None:
        self.postings.append(Posting(kind, pieces, value_e4, layer))
        self.pieces += pieces
        self.value_e4 += value_e4
        if layer is not None:
            layer.pieces += pieces
            layer.value_e4 += value_e4
        if self.pieces > 0:
            self.unit_e4 = max(0, share(self.value_e4, 1, self.pieces))


def _age(layer: Layer) -> tuple[datetime, float]:
    """Stored layers in the order of their ids; new ones after all of them."""
    return layer.received_at, float("inf") if layer.id is None else layer.id
