"""The rules, one a file; the package is `tritonlint.rules`."""
