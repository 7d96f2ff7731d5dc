"""From characters to tokens: one spelling, the words of the trade, the names of the shop."""
