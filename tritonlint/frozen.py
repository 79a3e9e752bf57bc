"""Frozen dataclasses that cost what plain ones do. A type checker sees the standard library's, and
so holds that nothing is assigned to; at run time nothing looks: a facts run makes millions of these
values, and the standard check costs a call for each of their attributes, and functions that are
made for each class when it is defined."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import replace as replace
else:
    import dataclasses
    import operator

    # By class, what gives the values of its fields, and their places among these.
    _FIELDS = {}

    def dataclass(cls=None, /, *, frozen=False, eq=True, **options):
        """As `dataclasses.dataclass`; with `frozen` a class is hashed by its fields, and that these
        are not assigned to is left to the type checker."""
        if cls is None:
            return lambda each: dataclass(each, frozen=frozen, eq=eq, **options)
        if "__repr__" not in cls.__dict__:
            cls.__repr__ = _repr
        hashed = frozen and eq and "__hash__" not in cls.__dict__
        return dataclasses.dataclass(cls, eq=eq, unsafe_hash=hashed, repr=False, **options)

    def replace(value, /, **changes):
        """As `dataclasses.replace`, for classes whose fields are all given by position."""
        # Not by way of `__dict__`: an object whose dictionary was asked for keeps one.
        cls = type(value)
        if cls not in _FIELDS:
            names = cls.__match_args__
            places = {name: place for place, name in enumerate(names)}
            # With the first name twice, so that it gives a tuple for one field too.
            _FIELDS[cls] = operator.attrgetter(names[0], *names), places
        getter, places = _FIELDS[cls]
        _, *given = getter(value)
        for name, each in changes.items():
            given[places[name]] = each
        return cls(*given)

    def _repr(self):
        shown = (f"{each.name}={getattr(self, each.name)!r}" for each in dataclasses.fields(self))
        return f"{type(self).__qualname__}({', '.join(shown)})"
