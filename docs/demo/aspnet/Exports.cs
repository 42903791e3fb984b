using Bogus;

namespace Shop;

public static class Exports
{
    // good: says why
    public static string Alias(Customer customer)
    {
        // prodguard: allow(fake-data) customers leave the company under an alias only
        return new Faker().Name.FullName();
    }

    // bad: gives no reason
    public static string City(Customer customer)
    {
        return new Faker().Address.City(); // prodguard: allow(fake-data)
    }
}
