"""TL015: wrappers that are told the dtype of a cache and never ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.rule import DroppedScale, Finding, IgnoredSetting, Order, Rule, Step
from tritonlint.rule.signature import FLOAT_TO_INTEGER
from tritonlint.rule.traces import handed_on

if TYPE_CHECKING:
    import libcst as cst


class IgnoredCacheDtype(Rule["IgnoredSetting | DroppedScale", str]):
    """A function takes the dtype of a cache as a setting and then ignores it.

    ## What it does
    Finds functions that take the dtype of a cache as a setting (such as `kv_cache_dtype`) and
    perhaps its scales, hand the cache to a kernel that stores floats into it, and let none of these
    decide anything: no view, no branch, no arithmetic, neither in the function nor in the kernel.
    Each cache that floats are stored into is reported. A question in the branch that does not
    launch does not count. It also finds kernels that apply the scale of a cache (`k_scale`,
    `v_descale`) only where the queries are no 8-bit floats.

    ## Why is this bad
    With a setting of fp8 the caller passes the cache as raw bytes, as vLLM and others do. The
    kernel then stores integers, and the scales are not applied. Nothing raises. Where the caller
    lives in another project, this is the only place where it can be seen.

    ## Triggering input
    `kv_cache_dtype="fp8"` with a cache of `torch.uint8`: -0.3 is stored as 0 and 300.0 as 44.

    ## Example
    ```python
    def store(key, key_cache, slots, kv_cache_dtype, k_scale):
        store_kernel[(key.shape[0],)](key, key_cache, slots)
    ```

    ## Use instead
    ```python
    def store(key, key_cache, slots, kv_cache_dtype, k_scale):
        if kv_cache_dtype.startswith("fp8"):
            key_cache = key_cache.view(torch.float8_e4m3fn)
            key = key / k_scale
        store_kernel[(key.shape[0],)](key, key_cache, slots)
    ```

    ## Not flagged
    A function that asks for any of the settings before the launch, in a test, an assertion or an
    expression, or that hands them on; a kernel that reads one of them; a cache whose dtype is
    tested, asserted, compared with that of another tensor or viewed; a kernel that stores integers
    or bits; a scale that is applied anywhere else in the kernel, or handed on, and kernels that are
    passed a scale of queries and keys in one.

    ## Fix safety
    There is no fix: the code does not say whether the setting should be supported, and with which
    scales, or refused.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950` with a cache of bytes, the store is fed by
    `arith.fptoui`.

    ## References
    - https://github.com/vllm-project/vllm/pull/41217
    - https://github.com/vllm-project/vllm/pull/42580
    """

    code = "TL015"
    name = "ignored-cache-dtype"
    severity = "warning"
    since = "0.1.0"
    fix = "none"
    signature = Order(FLOAT_TO_INTEGER, through="store")
    observes = (IgnoredSetting, DroppedScale)

    def judge(self, found: IgnoredSetting | DroppedScale) -> str | None:
        if isinstance(found, DroppedScale):
            return "queries of fp8, and a scale of 0.02: the cache is taken for 50 times as much"
        fp8 = f'with {found.settings[0]}="fp8" and a cache of bytes'
        return f"{fp8}, -0.3 is stored as 0 and 300.0 as 44"

    def report(
        self, node: cst.CSTNode, found: IgnoredSetting | DroppedScale, trigger: str
    ) -> Finding:
        if isinstance(found, DroppedScale):
            return self._dropped(node, found, trigger)
        first, *others = (f"`{each}`" for each in found.settings)
        ignored = f"{first} and {len(others)} more decide" if others else f"{first} decides"
        return self.finding(
            node,
            found,
            f"{ignored} nothing where `{found.kernel}` stores floats to `{found.cache}`",
            trigger=trigger,
            trace=_trace(found),
        )

    def _dropped(self, node: cst.CSTNode, found: DroppedScale, trigger: str) -> Finding:
        return self.finding(
            node,
            found,
            f"`{found.kernel}` applies `{found.scale}` only where the queries are not fp8",
            trigger=trigger,
            confidence="likely",
            trace=(
                Step(found.asked, "this asks whether the queries are fp8"),
                Step(found.place, f"`{found.scale}` is applied here only, where they are not"),
            ),
            help="apply it on both paths: the codes of the cache are the same",
        )


def _trace(found: IgnoredSetting) -> list[Step]:
    where = f"never asked for in this function: {', '.join(found.settings)}"
    if found.unread:
        unread = ", ".join(f"`{each}`" for each in found.unread)
        where = f"asked for nowhere: the kernel never reads {unread}"
    return [
        Step(found.place, where),
        Step(found.argument_span, f"`{found.cache}` is passed as `{found.parameter}` as it is"),
        *handed_on(found.store.via),
        Step(found.store.place, "and a float is stored through it"),
    ]
