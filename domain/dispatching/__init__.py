"""Arranging how open orders leave: merged, split, from another warehouse, held back, or left out of the figures."""
