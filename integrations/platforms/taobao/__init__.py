"""Taobao and Tmall (淘宝开放平台 TOP)."""
