"""What a cast of a float to uint8 yields, by vendor, and how stored bytes read.

Triton calls a float outside the range undefined, and the vendors differ. NVIDIA: PTX's
`cvt.rzi.u16.f32`, which truncates and saturates at 0 and 65535, of which the low byte is kept;
measured on an H200. AMD: `v_cvt_i32_f32`, which truncates and saturates at the ends of int32, of
which the low byte is kept; from the ISA documents of CDNA 3 and 4.
"""

from __future__ import annotations

from typing import Any

_RANGES = {"cuda": (0.0, 65535.0), "hip": (-(2.0**31), 2.0**31 - 1)}
VENDORS = {"cuda": "NVIDIA", "hip": "AMD"}


def to_uint8(values: Any, backend: str) -> Any:
    """The bytes that a cast of float32 `values` to uint8 stores on `cuda` or `hip`."""
    import numpy as np

    low, high = _RANGES[backend]
    exact = np.nan_to_num(np.asarray(values, np.float64), nan=0.0, posinf=high, neginf=low)
    return np.clip(np.trunc(exact), low, high).astype(np.int64).astype(np.uint8)


def decode(codes: Any, form: str) -> Any:
    """The values that the bytes `codes` stand for in a format: an fp8 flavour, or `e8m0`,
    powers of two with the exponent biased by 127 (255 is NaN)."""
    import numpy as np

    from tritonlint.verify import quantize

    if form != "e8m0":
        return quantize.decode(codes, form)
    return np.where(codes == 255, np.nan, np.exp2(codes.astype(np.float64) - 127))
