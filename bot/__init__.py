"""The shopkeeper people talk to: channels, understanding, answers, and the front door in bot/app."""
