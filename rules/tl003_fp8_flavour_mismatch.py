"""TL003: places that disagree on the flavour of 8-bit floats."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.facts.flavours import Flavours, WideClamp
from tritonlint.findings import Finding, LaunchSite, Step
from tritonlint.rule import Rule, Suspect


class Fp8FlavourMismatch(Rule):
    """## What it does Finds two places that take the same bytes for different 8-bit floats: a
    tensor that is made or viewed as e4m3 and viewed as e5m2 (or the other way round), and a kernel
    that clamps to 448 what it stores into memory that can be e4m3fnuz, which ends at 240.

    ## Why is this bad The bits of one format are read as the other: another exponent, another
    mantissa. A value between 240 and 448 has no finite code in e4m3fnuz and becomes NaN. Nothing
    raises.

    ## Triggering input
    The code 0x38: 1.0 in e4m3fn, 0.5 in e5m2. The value 300.0: NaN in e4m3fnuz.

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
    is how one is made of the other; a clamp to a bound that the launch derives from the dtype;
    functions that ask for the vendor; different parts of a buffer.

    ## Fix safety There is no fix: which of the two places is right, the code does not say.

    ## How it is verified By its cases only, so far: neither the compiler nor a GPU is asked.

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
        for clamp in suspect.of(WideClamp):
            yield self._clamp(suspect, clamp)

    def _clash(self, suspect: Suspect, found: Flavours) -> Finding:
        trigger = "the code 0x38 is 1.0 in e4m3fn and 0.5 in e5m2"
        snippet = suspect.source.snippet(found.place)
        return Finding(
            self.code,
            self.name,
            f"`{snippet}` takes for {found.other} what line {found.before.line} has as "
            f"{found.one}: {trigger}",
            self.severity,
            "likely",
            found.place,
            trigger,
            (
                Step(found.before, f"{found.one} here"),
                Step(found.place, f"and the same bytes as {found.other} here"),
            ),
            function=found.function,
            snippet=snippet,
        )

    def _clamp(self, suspect: Suspect, found: WideClamp) -> Finding:
        trigger = "300.0 becomes NaN where the type is torch.float8_e4m3fnuz"
        snippet = suspect.source.snippet(found.place)
        launch = found.launch
        return Finding(
            self.code,
            self.name,
            f"`{found.kernel}` clamps to {found.largest:g} what it stores through "
            f"`{found.parameter}`, and `{snippet}` can be of type torch.float8_e4m3fnuz, whose "
            f"largest value is 240: {trigger}",
            self.severity,
            "likely",
            found.place,
            trigger,
            (
                Step(found.place, f"passed to `{found.kernel}` as `{found.parameter}`"),
                Step(found.store.place, f"what is stored is clamped to {found.largest:g}"),
            ),
            LaunchSite(launch.path, launch.line, found.kernel, found.parameter, found.argument),
            function=found.function,
            snippet=snippet,
        )
