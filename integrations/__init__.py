"""Other people's APIs and files; knows neither the database nor the chat."""
