"""The places where people talk to the shopkeeper."""
