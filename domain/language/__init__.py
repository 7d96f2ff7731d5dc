"""Talking with a language model: what is said, and how much of it a person may use."""
