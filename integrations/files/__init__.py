"""Files that a shop owner drops: tables of orders, products, stock … turned into drafts."""
