import os

# bad: any text is true, "False" as well
DEBUG = bool(os.environ.get("DJANGO_DEBUG", "False"))
