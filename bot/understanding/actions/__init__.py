"""What is to be done in the shop: the verb and each of its arguments."""
