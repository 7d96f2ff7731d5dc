"""Douyin shops (抖店开放平台)."""
