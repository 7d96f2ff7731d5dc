"""What the shopkeeper could not answer, kept so that people can teach it."""
