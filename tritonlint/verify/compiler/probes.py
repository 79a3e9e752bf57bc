"""The probes of a case as plain data: what the process that ran the case's verifier says that it
asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args

from tritonlint.errors import VerifyError
from tritonlint.rule.signature import Carried, Order, Through
from tritonlint.verify.case import OrderProbe, Probe
from tritonlint.verify.compiler.values import decoded, encoded

_CHOICES = {"through": get_args(Through), "carried": get_args(Carried)}
_KINDS: dict[str, type[Probe] | type[OrderProbe]] = {"types": Probe, "order": OrderProbe}


def plain(probe: Probe | OrderProbe) -> dict[str, Any]:
    """A probe as JSON has it. Raises VerifyError for one with constants that are no plain data."""
    constexprs = {name: encoded(value) for name, value in probe.constexprs.items()}
    for name, value in constexprs.items():
        if value is None:
            raise VerifyError(f"{probe.kernel}: the value of {name} is no number, text or dtype")
    own = {each.name: getattr(probe, each.name) for each in fields(probe)}
    own |= {"signature": dict(probe.signature), "constexprs": constexprs}
    if isinstance(probe, OrderProbe):
        order = {each.name: getattr(probe.order, each.name) for each in fields(probe.order)}
        return {**own, "kind": "order", "order": order}
    return {**own, "kind": "types"}


def probe_of(said: Any) -> Probe | OrderProbe:
    """The probe that `plain` gave. Raises VerifyError for what is none: who says it ran strangers'
    code."""
    try:
        own = dict(said)
        kind = _KINDS[own.pop("kind")]
        own["signature"] = _texts(own["signature"])
        own["constexprs"] = {str(name): _value(each) for name, each in own["constexprs"].items()}
        if kind is OrderProbe:
            own["order"] = _order(own["order"])
        rest = own.keys() - {"signature", "constexprs", "order"}
        if not all(isinstance(own[name], str) for name in rest):
            raise TypeError
        return kind(**own)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise VerifyError("what its verifier asks is no probe") from error


def _texts(said: Mapping[Any, Any]) -> dict[str, str]:
    if not all(isinstance(each, str) for pair in said.items() for each in pair):
        raise TypeError
    return dict(said)


def _value(said: Any) -> object:
    known, value = decoded(said)
    if not known:
        raise ValueError
    return value


def _order(said: Mapping[str, Any]) -> Order:
    found: dict[str, Any] = {}
    for each in fields(Order):
        value = said[each.name]
        if isinstance(each.default, int):
            found[each.name] = int(value)
        elif each.name in _CHOICES:
            if value not in _CHOICES[each.name]:
                raise ValueError
            found[each.name] = value
        else:
            found[each.name] = tuple(map(str, value))
    return Order(**found)
