"""Figures of the demo shop, reckoned a second time by other means."""
