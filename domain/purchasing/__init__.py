"""What is ordered from suppliers and has not come yet."""
