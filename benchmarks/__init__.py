"""How fast, measured on the machine at hand, beside the raw limit and a peer in the same run. No figure is a test."""
