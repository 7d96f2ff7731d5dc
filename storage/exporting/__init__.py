"""The shop as tables that an import would read."""
