from faker import Faker


# good: says why
def alias(customer):
    # prodguard: allow(fake-data) customers leave the company under an alias only
    return Faker().name()


# bad: there is nothing to allow any more
def city(customer):
    return customer.city  # prodguard: allow(fake-data) as for the alias
