"""Chats as they are held: each file is a story and a page of the manual; one test plays them all."""
