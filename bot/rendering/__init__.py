"""From figures to words, tables and charts, in the language of the question."""
