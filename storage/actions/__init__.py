"""Actions on their way: proposed, confirmed, carried out, taken back; and what the verbs are told of the books."""
