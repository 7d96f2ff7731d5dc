"""The people who buy, each once, however many accounts they buy with."""
