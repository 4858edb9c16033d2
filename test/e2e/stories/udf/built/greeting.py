"""A package that only the workers have."""


def greet(word, text):
    return f"{word} {text}"
