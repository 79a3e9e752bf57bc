"""Facts about a project: modules, device contracts, host storages, launches. Facts know nothing of
rules."""
