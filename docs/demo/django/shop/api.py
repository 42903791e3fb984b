import os

from fastapi import FastAPI

# good: on only where somebody asks for it by name
app = FastAPI(debug=os.environ.get("APP_ENV") == "development")
