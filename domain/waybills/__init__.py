"""Waybill numbers: whose they are, and many of them at once."""
