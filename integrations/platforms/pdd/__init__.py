"""Pinduoduo (拼多多开放平台)."""
