"""`dataclass(frozen=True, slots=True)` for what every lint imports.

It has the meaning of the standard library's, which type checkers take it for. That one imports
`inspect` and compiles six functions for each class: half of what a lint of one file may take.
Classes have no base with fields and no `ClassVar`; `order` sorts by the fields in written order.
"""

from __future__ import annotations

from operator import attrgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass, field, replace
    from typing import Any

    Class = type[Any]
    Values = Callable[[object], tuple[object, ...]]

__all__ = ["dataclass", "field", "replace"]


class Fresh:
    """A default that is made anew for each object."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], object]) -> None:
        """Name what makes it."""
        self.make = make


def made(cls: Class, *, order: bool) -> Class:
    """Give the class with slots and everything that follows from its fields."""
    body = dict(cls.__dict__)
    names = tuple(body.get("__annotations__", ()))
    defaults = {name: body.pop(name) for name in names if name in body}
    for name in ("__dict__", "__weakref__"):
        body.pop(name, None)
    values = values_of(names)
    body |= {
        "__slots__": names,
        "__match_args__": names,
        "__qualname__": cls.__qualname__,
        "__setattr__": refuse,
        "__delattr__": refuse,
        "__reduce__": lambda self: (self.__class__, values(self)),
        **compared(values, order=order),
    }
    if "__repr__" not in body:
        body["__repr__"] = representation(names)
    new: Class = type(cls.__name__, cls.__bases__, body)
    type.__setattr__(new, "__init__", initialiser(new, names, defaults))
    return new


def values_of(names: tuple[str, ...]) -> Values:
    """Give what reads every field of an object."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def initialiser(cls: Class, names: tuple[str, ...], defaults: dict[str, Any]) -> Any:
    """Give `__init__`."""
    puts = tuple((name, cls.__dict__[name].__set__) for name in names)

    def __init__(self: object, *given: object, **named: Any) -> None:  # noqa: N807 - any class's
        for (_, put), value in zip(puts, given, strict=False):
            put(self, value)
        for name, put in puts[len(given) :]:
            if name in named:
                put(self, named.pop(name))
            elif name in defaults:
                value = defaults[name]
                put(self, value.make() if isinstance(value, Fresh) else value)
            else:
                raise TypeError(f"{cls.__name__} needs `{name}`")
        if named or len(given) > len(puts):
            raise TypeError(f"{cls.__name__} takes {', '.join(names)}, each once")

    return __init__


def compared(values: Values, *, order: bool) -> dict[str, Any]:
    """Give what compares two objects of one class by their fields."""

    def by(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], object]:
        def compare(self: object, other: object) -> object:
            if other.__class__ is not self.__class__:
                return NotImplemented
            return holds(values(self), values(other))

        return compare

    found: dict[str, Any] = {
        "__eq__": by(lambda a, b: a == b),
        "__hash__": lambda self: hash(values(self)),
    }
    if order:
        found |= {
            "__lt__": by(lambda a, b: a < b),
            "__le__": by(lambda a, b: a <= b),
            "__gt__": by(lambda a, b: a > b),
            "__ge__": by(lambda a, b: a >= b),
        }
    return found


def representation(names: tuple[str, ...]) -> Callable[[Any], str]:
    """Give `__repr__`."""

    def __repr__(self: object) -> str:  # noqa: N807 - any class's
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({fields})"

    return __repr__


def refuse(self: object, name: str, _value: object = None) -> None:
    """Refuse to change an object."""
    raise AttributeError(f"`{name}` of a {self.__class__.__name__} cannot be changed")


if not TYPE_CHECKING:

    def dataclass(*, frozen: bool, slots: bool, order: bool = False):
        """Make a frozen class with slots of one with annotated fields."""
        if not (frozen and slots):
            raise TypeError("records are frozen and have slots")
        return lambda cls: made(cls, order=order)

    def field(*, default_factory):
        """Give a field a default that is made anew for each object."""
        return Fresh(default_factory)

    def replace(record, /, **changes):
        """Give an object like another but for some fields."""
        return record.__class__(
            **{name: getattr(record, name) for name in record.__slots__ if name not in changes},
            **changes,
        )
