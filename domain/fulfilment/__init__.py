"""Parcels: what left, with which carrier, by whose hand."""
