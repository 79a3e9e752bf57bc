"""What a rule is written with, in one place: `from tritonlint.rule import Rule, Argument`.

The names are imported when they are first used: a run that finds nothing needs none of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tritonlint.dtypes import ElementType as ElementType
    from tritonlint.dtypes import ElementTypes as ElementTypes
    from tritonlint.facts.device import Conversion as Conversion
    from tritonlint.facts.device import Load as Load
    from tritonlint.facts.device import Store as Store
    from tritonlint.facts.hazards.carried_roundings import CarriedRounding as CarriedRounding
    from tritonlint.facts.hazards.detours import Detour as Detour
    from tritonlint.facts.hazards.dropped_scales import DroppedScale as DroppedScale
    from tritonlint.facts.hazards.exponent_shifts import ExponentShift as ExponentShift
    from tritonlint.facts.hazards.fixed_pointer_tables import FixedTable as FixedTable
    from tritonlint.facts.hazards.flavours.clashes import Flavours as Flavours
    from tritonlint.facts.hazards.flavours.clashes import ReadAsAnother as ReadAsAnother
    from tritonlint.facts.hazards.flavours.clashes import WideClamp as WideClamp
    from tritonlint.facts.hazards.flavours.flags_left_out import FlagLeftOut as FlagLeftOut
    from tritonlint.facts.hazards.flavours.hard_coded import HardCoded as HardCoded
    from tritonlint.facts.hazards.flavours.kernels import KernelFlavour as KernelFlavour
    from tritonlint.facts.hazards.flavours.taken_settings import TakenSetting as TakenSetting
    from tritonlint.facts.hazards.flavours.unviewed_settings import Unviewed as Unviewed
    from tritonlint.facts.hazards.flavours.vendor_choices import VendorFlavour as VendorFlavour
    from tritonlint.facts.hazards.float_scalars import FloatScalar as FloatScalar
    from tritonlint.facts.hazards.guards.dead_guards import DeadGuard as DeadGuard
    from tritonlint.facts.hazards.guards.lost_dtypes import LostDtype as LostDtype
    from tritonlint.facts.hazards.ignored_settings import IgnoredSetting as IgnoredSetting
    from tritonlint.facts.hazards.low_sums import LowSum as LowSum
    from tritonlint.facts.hazards.narrow_offsets import NarrowOffset as NarrowOffset
    from tritonlint.facts.hazards.narrowed import ByteDifference as ByteDifference
    from tritonlint.facts.hazards.narrowed import ByteUsed as ByteUsed
    from tritonlint.facts.hazards.narrowed import Converted as Converted
    from tritonlint.facts.hazards.observation import Observation as Observation
    from tritonlint.facts.hazards.other_pointer_casts import OtherCast as OtherCast
    from tritonlint.facts.hazards.raw_bytes.arguments import Argument as Argument
    from tritonlint.facts.hazards.short_indices import ShortIndex as ShortIndex
    from tritonlint.facts.hazards.short_scalars import ShortScalar as ShortScalar
    from tritonlint.facts.hazards.width_choices import WidthChoice as WidthChoice
    from tritonlint.facts.host.events import Copy as Copy
    from tritonlint.findings import Confidence as Confidence
    from tritonlint.findings import Edit as Edit
    from tritonlint.findings import Finding as Finding
    from tritonlint.findings import Fix as Fix
    from tritonlint.findings import LaunchSite as LaunchSite
    from tritonlint.findings import Span as Span
    from tritonlint.findings import Step as Step
    from tritonlint.rule.base import BaseRule as BaseRule
    from tritonlint.rule.examples import Invalid as Invalid
    from tritonlint.rule.judging import Rule as Rule
    from tritonlint.rule.registry import load as load
    from tritonlint.rule.shapes import SyntaxRule as SyntaxRule
    from tritonlint.rule.signature import Order as Order
    from tritonlint.rule.suspect import Suspect as Suspect

_HAZARDS = "tritonlint.facts.hazards"
_MODULES = {
    "tritonlint.dtypes": ("ElementType", "ElementTypes"),
    "tritonlint.facts.device": ("Conversion", "Load", "Store"),
    f"{_HAZARDS}.dropped_scales": ("DroppedScale",),
    f"{_HAZARDS}.exponent_shifts": ("ExponentShift",),
    f"{_HAZARDS}.fixed_pointer_tables": ("FixedTable",),
    f"{_HAZARDS}.flavours.clashes": ("Flavours", "ReadAsAnother", "WideClamp"),
    f"{_HAZARDS}.flavours.hard_coded": ("HardCoded",),
    f"{_HAZARDS}.flavours.kernels": ("KernelFlavour",),
    f"{_HAZARDS}.flavours.taken_settings": ("TakenSetting",),
    f"{_HAZARDS}.flavours.unviewed_settings": ("Unviewed",),
    f"{_HAZARDS}.flavours.flags_left_out": ("FlagLeftOut",),
    f"{_HAZARDS}.flavours.vendor_choices": ("VendorFlavour",),
    f"{_HAZARDS}.detours": ("Detour",),
    f"{_HAZARDS}.float_scalars": ("FloatScalar",),
    f"{_HAZARDS}.guards.dead_guards": ("DeadGuard",),
    f"{_HAZARDS}.guards.lost_dtypes": ("LostDtype",),
    f"{_HAZARDS}.ignored_settings": ("IgnoredSetting",),
    f"{_HAZARDS}.carried_roundings": ("CarriedRounding",),
    f"{_HAZARDS}.low_sums": ("LowSum",),
    f"{_HAZARDS}.narrow_offsets": ("NarrowOffset",),
    f"{_HAZARDS}.narrowed": ("ByteDifference", "ByteUsed", "Converted"),
    f"{_HAZARDS}.observation": ("Observation",),
    f"{_HAZARDS}.other_pointer_casts": ("OtherCast",),
    f"{_HAZARDS}.raw_bytes.arguments": ("Argument",),
    f"{_HAZARDS}.short_indices": ("ShortIndex",),
    f"{_HAZARDS}.short_scalars": ("ShortScalar",),
    f"{_HAZARDS}.width_choices": ("WidthChoice",),
    "tritonlint.facts.host.events": ("Copy",),
    "tritonlint.findings": ("Confidence", "Edit", "Finding", "Fix", "LaunchSite", "Span", "Step"),
    "tritonlint.rule.base": ("BaseRule",),
    "tritonlint.rule.examples": ("Invalid",),
    "tritonlint.rule.judging": ("Rule",),
    "tritonlint.rule.registry": ("load",),
    "tritonlint.rule.shapes": ("SyntaxRule",),
    "tritonlint.rule.signature": ("Order",),
    "tritonlint.rule.suspect": ("Suspect",),
}
_WHERE = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted(_WHERE)
