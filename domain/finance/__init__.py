"""The shop's money besides its sales: charges, expenses, accounts, exchange rates."""
