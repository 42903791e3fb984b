from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from faker import Faker

from shop.models import Customer, Order


class Command(BaseCommand):
    def handle(self, *args, **options):
        self.orders()
        self.customers()

    # bad: comes before the check
    def orders(self):
        Order.objects.create(note=Faker().sentence())

    # good: the exception leaves production
    def customers(self):
        if not settings.DEBUG:
            raise CommandError("only for development")
        Customer.objects.create(name=Faker().name())
