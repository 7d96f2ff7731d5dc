"""What comes from chats and goes to them, and the chats themselves."""
