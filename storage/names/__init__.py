"""What things are called: in the shop, in chats, in the headers of files."""
