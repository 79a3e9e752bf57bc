"""TL003: places that disagree on the flavour of 8-bit floats."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.dtypes import ElementType, ElementTypes
from tritonlint.facts.hazards.flavours.clashes import Flavours, WideClamp
from tritonlint.facts.hazards.flavours.hard_coded import HardCoded
from tritonlint.facts.hazards.flavours.kernels import KernelFlavour
from tritonlint.facts.hazards.flavours.setting_prefixes import Prefixed
from tritonlint.findings import Finding, LaunchSite, Step
from tritonlint.rule import BaseRule, Suspect
from tritonlint.source import Span

# What the code 0x3C is in each flavour.
_0X3C = {"e4m3fn": 1.5, "e4m3fnuz": 0.75, "e5m2": 1.0, "e5m2fnuz": 0.5}


class Fp8FlavourMismatch(BaseRule):
    """## What it does Finds two places that take the same bytes for different 8-bit floats:

    - a tensor that is made or viewed as e4m3 and viewed as e5m2, or the other way round;
    - a kernel that names a flavour in a bit cast (`code.to(tl.float8e4nv, bitcast=True)`, a pointer
      cast, or a cast to `tl.uint8` of what it stores), where the host has the bytes as another one,
      as one that depends on the platform, or where another kernel wrote them as another one;
    - `torch.float8_e4m3fn` for a buffer of which the same code asks a helper for the fp8 type of
      the platform elsewhere;
    - a test `setting.startswith("fp8")` that decides for e4m3, where the project lets that setting
      be `fp8_e5m2`;
    - a kernel that clamps to 448 what it stores into memory that can be e4m3fnuz, which ends at
      240.

    ## Why is this bad The bits of one format are read as the other: another exponent, another
    mantissa. A value between 240 and 448 has no finite code in e4m3fnuz and becomes NaN. Nothing
    raises.

    ## Triggering input
    The code 0x3C: 1.5 in e4m3fn, 0.75 in e4m3fnuz, 1.0 in e5m2. The value 300.0: NaN in e4m3fnuz.

    ## Example
    ```python
    codes = keys.to(torch.float8_e5m2)
    dequantize_kernel[grid](codes.view(torch.float8_e4m3fn), out)
    ```

    ## Use instead
    ```python
    codes = keys.to(torch.float8_e5m2)
    dequantize_kernel[grid](codes, out)
    ```

    ## Not flagged Views on paths that exclude each other; a view between e4m3fn and e4m3fnuz, which
    is how one is made of the other; a kernel with a branch for each flavour, and bytes that it
    picks bits from; a clamp to a bound that the launch derives from the dtype; functions, files and
    folders that are for one vendor (`is_cuda()` is asked, the folder is called `nvidia`); a dtype
    that is asserted; a module that compares a setting with `fp8_e5m2` somewhere, or lists what it
    supports without that; different parts of a buffer.

    ## Fix safety There is no fix: which of the two places is right, the code does not say.

    ## How it is verified On a GPU the cases in which e5m2 and e4m3 meet give other values than an
    independent decoder. What depends on the platform shows on AMD's older GPUs only.

    ## References
    - https://github.com/vllm-project/vllm/pull/54341
    - https://github.com/pytorch/ao/issues/3996
    """

    code = "TL003"
    name = "fp8-flavour-mismatch"
    severity = "warning"
    status = "preview"
    since = "0.1.0"
    fix = "none"

    def check(self, suspect: Suspect) -> Iterator[Finding]:
        for clash in suspect.of(Flavours):
            yield self._clash(suspect, clash)
        for use in suspect.of(KernelFlavour):
            yield self._in_kernel(suspect, use)
        named = {each.place: each for each in reversed(suspect.of(HardCoded))}
        for place in sorted(named):
            yield self._hard_coded(suspect, named[place])
        for prefixed in suspect.of(Prefixed):
            yield self._prefixed(suspect, prefixed)
        for clamp in suspect.of(WideClamp):
            yield self._clamp(suspect, clamp)

    def _clash(self, suspect: Suspect, found: Flavours) -> Finding:
        trigger = _trigger(found.one, found.other)
        snippet = suspect.source.snippet(found.place)
        message = (
            f"`{snippet}` takes for {found.other} what line {found.before.line} has as "
            f"{found.one}: {trigger}"
        )
        trace = (
            Step(found.before, f"{found.one} here"),
            Step(found.place, f"and the same bytes as {found.other} here"),
        )
        return self._finding(suspect, found.place, found.function, message, trigger, trace)

    def _in_kernel(self, suspect: Suspect, found: KernelFlavour) -> Finding:
        element = found.encoding.element
        assert element is not None
        trigger = _trigger(_other(found.types, element), element)
        takes = "writes as" if found.encoding.written else "takes for"
        who = "a kernel writes" if found.written else "the host has"
        message = (
            f"`{found.kernel}` {takes} {element} the bytes of `{found.argument}`, which {who} as "
            f"{found.types}: {trigger}"
        )
        trace = (
            Step(found.before, f"{found.types} here"),
            Step(found.place, f"passed to `{found.kernel}` as `{found.parameter}`"),
            Step(found.encoding.place, f"{element} here, whatever the memory's type is"),
        )
        site = LaunchSite(
            found.launch.path, found.launch.line, found.kernel, found.parameter, found.argument
        )
        return self._finding(suspect, found.place, found.function, message, trigger, trace, site)

    def _hard_coded(self, suspect: Suspect, found: HardCoded) -> Finding:
        trigger = (
            "where the platform's type is torch.float8_e4m3fnuz, the code 0x3C is 0.75 and not 1.5"
        )
        snippet = suspect.source.snippet(found.place)
        message = (
            f"`{snippet}` names torch.float8_e4m3fn for bytes of which line {found.asked.line} "
            f"asks the platform: {trigger}"
        )
        trace = (
            Step(found.asked, "the type of the platform here"),
            Step(found.place, "and torch.float8_e4m3fn here"),
        )
        return self._finding(suspect, found.place, found.function, message, trigger, trace)

    def _prefixed(self, suspect: Suspect, found: Prefixed) -> Finding:
        trigger = f'with "{found.member}" the code 0x3C is 1.0 and is taken for 1.5'
        snippet = suspect.source.snippet(found.place)
        message = (
            f"`{snippet}` is e4m3 for each `{found.setting}` that starts so, and "
            f'"{found.member}" is one: {trigger}'
        )
        trace = (
            Step(found.declared, f'"{found.member}" can be set'),
            Step(found.test, "and passes this test"),
            Step(found.place, "e4m3 here"),
        )
        return self._finding(suspect, found.place, found.function, message, trigger, trace)

    def _clamp(self, suspect: Suspect, found: WideClamp) -> Finding:
        trigger = "300.0 becomes NaN where the type is torch.float8_e4m3fnuz"
        snippet = suspect.source.snippet(found.place)
        message = (
            f"`{found.kernel}` clamps to {found.largest:g} what it stores through "
            f"`{found.parameter}`, and `{snippet}` can be of type torch.float8_e4m3fnuz, whose "
            f"largest value is 240: {trigger}"
        )
        trace = (
            Step(found.place, f"passed to `{found.kernel}` as `{found.parameter}`"),
            Step(found.store.place, f"what is stored is clamped to {found.largest:g}"),
        )
        site = LaunchSite(
            found.launch.path, found.launch.line, found.kernel, found.parameter, found.argument
        )
        return self._finding(suspect, found.place, found.function, message, trigger, trace, site)

    def _finding(
        self,
        suspect: Suspect,
        place: Span,
        function: str,
        message: str,
        trigger: str,
        trace: tuple[Step, ...],
        launch: LaunchSite | None = None,
    ) -> Finding:
        return Finding(
            self.code,
            self.name,
            message,
            self.severity,
            "likely",
            place,
            trigger,
            trace,
            launch,
            function=function,
            snippet=suspect.source.snippet(place),
        )


def _other(types: ElementTypes, element: ElementType) -> ElementType:
    """The first of `types` that is not `element`."""
    return min((each for each in types.types or () if each != element), key=str)


def _trigger(one: ElementType, other: ElementType) -> str:
    """A code that is another value in `other` than in `one`."""
    first, second = one.flavour or "", other.flavour or ""
    return f"the code 0x3C is {_0X3C[first]} in {first} and {_0X3C[second]} in {second}"
