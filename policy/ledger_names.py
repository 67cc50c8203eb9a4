"""The names that ledgers list: there may be millions, so each is found where its column has it."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, Sequence

from attrs import define, field

from engine.columns import Packed, Texts, joined
from engine.values import Type


@define(eq=False)
class Listed(Mapping[str, tuple[Type, ...]]):
    """The types of each name, by columns of names of a type."""

    _parts: dict[Type, list[Packed]] = field(factory=dict)

    def add(self, type: Type, names: Sequence[str | None]) -> None:
        """Take in names of a type; what has no name is None."""
        if not (isinstance(names, Packed) and names.codes is None and isinstance(names.values, Texts)):
            names = Packed([name for name in dict.fromkeys(names) if name is not None])
        self._parts.setdefault(type, []).append(names)

    def of(self, type: Type) -> Packed | None:
        """The names of a type."""
        parts = self._parts.get(type)
        if parts is None:
            return None
        if len(parts) > 1:
            texts = joined([part.values for part in parts])
            parts[:] = [Packed([name for part in parts for name in part] if texts is None else texts)]
        return parts[0]

    def is_listed(self, name: str, type: Type) -> bool:
        """Whether a name is one of a type."""
        names = self.of(type)
        return names is not None and bool(names.rows(name))

    def __getitem__(self, name: str) -> tuple[Type, ...]:
        found = tuple(type for type in self._parts if self.is_listed(name, type))
        if not found:
            raise KeyError(name)
        return found

    def __bool__(self) -> bool:
        return bool(self._parts)

    def whole(self) -> dict[str, tuple[Type, ...]]:
        """All names, from the first."""
        found: dict[str, tuple[Type, ...]] = {}
        for type in self._parts:
            own = (type,)
            for name in self.of(type) or ():
                known = found.get(name, ())
                found[name] = (*known, type) if known and type not in known else known or own
        return found

    def items(self) -> ItemsView[str, tuple[Type, ...]]:
        """All names with their types, gathered at once."""
        return self.whole().items()

    def __iter__(self) -> Iterator[str]:
        return iter(self.whole())

    def __len__(self) -> int:
        return len(self.whole())
