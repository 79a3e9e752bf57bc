"""A folder that `tritonlint record` puts in front of the path of the programs that it runs."""
