"""What is read again in other ways when it was not understood, and what is offered instead."""
