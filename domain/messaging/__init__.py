"""Which chat gets which report."""
