"""What is wrong in the shop and waits for somebody: each kind declared once, each case kept once."""
