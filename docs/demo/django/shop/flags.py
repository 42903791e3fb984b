import os

from faker import Faker


# bad: the text "False" is true
def greeting():
    if os.environ.get("DEBUG"):
        return Faker().sentence()
    return "Welcome"


# good: the words that mean true
def banner():
    if os.environ.get("DEBUG", "").lower() in {"1", "true", "yes"}:
        return Faker().sentence()
    return "Sale"
