"""The language server: what `tritonlint check` finds, in an editor, on text that is not saved yet.

Kernels and launches are read and never run. Rules of the user's own (`rule-modules`, installed
packages) are imported, as on the command line.
"""
