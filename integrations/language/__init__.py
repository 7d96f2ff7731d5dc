"""Language models behind the protocol of OpenAI's chat completions, which many servers speak."""
