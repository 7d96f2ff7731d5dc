"""The inbox of exceptions: found set by set, kept once each, listed for whoever may see them."""

from storage.exceptions.inbox import AlreadyDecidedError, ExceptionInbox, change, refresh_exceptions

__all__ = ["AlreadyDecidedError", "ExceptionInbox", "change", "refresh_exceptions"]
