"""A setting that asks for a quantized cache, and pairs of keys and values."""
import torch
import triton
import triton.language as tl


@triton.jit
def copy(source, target):
    tl.store(target, tl.load(source))

STORED_AS = {"fp8": torch.uint8, "auto": torch.bfloat16}


def is_quantized(kv_cache_dtype):
    return kv_cache_dtype.startswith("fp8")


def asked_and_not_viewed(x, kv_cache, kv_cache_dtype):
    scale = torch.ones(1) if is_quantized(kv_cache_dtype) else None
    copy[(1,)](x, kv_cache)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: unknown of kv_cache, likely raw (line 15 if quantized(kv_cache_dtype)+)
    copy[(1,)](x, scale)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: bfloat16 or float16 or float32 or float64 of line 19 if quantized(kv_cache_dtype)+
    # reveal:     target: None if not quantized(kv_cache_dtype)+


def asked_for_another(x, kv_cache, mm_dtype):
    if is_quantized(mm_dtype):
        copy[(1,)](x, kv_cache)
        # reveal: copy if quantized(mm_dtype)+
        # reveal:     source: unknown of x
        # reveal:     target: unknown of kv_cache


def asked(x, key_cache, value_cache, kv_cache_dtype):
    if kv_cache_dtype.startswith("fp8"):
        key_cache = key_cache.view(torch.float8_e4m3fn)
    copy[(1,)](key_cache, value_cache)
    # reveal: copy
    # reveal:     source: float8_e4m3fn of key_cache, perhaps viewed (line 41)
    # reveal:     target: unknown of value_cache, likely raw for float8_e4m3fn (line 41), likely raw (line 40 if quantized(kv_cache_dtype)+), likely raw for float8_e4m3fn or float8_e4m3fnuz (line 40 if quantized(kv_cache_dtype)+)


def named(x, key_cache, value_cache, use_fp8):
    if use_fp8:
        key_cache = key_cache.view(torch.float8_e4m3fn)
        value_cache = value_cache.view(torch.float8_e4m3fn)
    copy[(1,)](key_cache, value_cache)
    # reveal: copy
    # reveal:     source: float8_e4m3fn of key_cache, perhaps viewed (line 50)
    # reveal:     target: float8_e4m3fn of value_cache, perhaps viewed (line 51)


def viewed_alone(x, k_cache, v_cache):
    k_cache = k_cache.view(torch.float8_e4m3fn)
    copy[(1,)](k_cache, v_cache)
    # reveal: copy
    # reveal:     source: float8_e4m3fn of k_cache, viewed (line 59)
    # reveal:     target: unknown of v_cache, likely raw for float8_e4m3fn (line 59)


def refused(x, kv_cache, kv_cache_dtype):
    if kv_cache_dtype != "auto":
        raise ValueError("quantized")
    copy[(1,)](x, kv_cache)
    # reveal: copy if quantized(kv_cache_dtype) never auto
    # reveal:     source: unknown of x
    # reveal:     target: unknown of kv_cache


def compared_with_another(x, kv_cache, kv_cache_dtype):
    if kv_cache_dtype == "auto":
        copy[(1,)](x, kv_cache)
        # reveal: copy if quantized(kv_cache_dtype) never auto
        # reveal:     source: unknown of x
        # reveal:     target: unknown of kv_cache
    else:
        copy[(1,)](x, kv_cache.view(torch.float8_e4m3fn))
        # reveal: copy if not quantized(kv_cache_dtype) never auto
        # reveal:     source: unknown of x
        # reveal:     target: float8_e4m3fn of kv_cache, viewed (line 82)
