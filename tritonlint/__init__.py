"""tritonlint: finds silent dtype casts between Triton kernels and their launches, fixes and
confirms them."""

__version__ = "0.1.0"
