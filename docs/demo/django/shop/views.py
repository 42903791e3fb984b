from django.conf import settings
from django.http import JsonResponse
from faker import Faker


# bad: a customer without a name gets a made-up one
def profile(request):
    name = request.user.first_name or Faker().first_name()
    return JsonResponse({"name": name})


# good: only with the settings of development
def preview(request):
    name = Faker().first_name() if settings.DEBUG else "Jane"
    return JsonResponse({"name": name})
