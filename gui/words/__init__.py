"""Numbers, names and messages in the words and the language of the person."""
