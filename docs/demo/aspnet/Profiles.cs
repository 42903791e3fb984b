using Bogus;
using Microsoft.Extensions.Hosting;

namespace Shop;

public class Profiles(IHostEnvironment environment)
{
    // bad: a customer without a name gets a made-up one
    public string NameOf(Customer customer) => customer.Name ?? new Faker().Name.FullName();

    // good: the early return leaves development
    public string Preview()
    {
        if (!environment.IsDevelopment()) return "Jane Doe";
        return new Faker().Name.FullName();
    }
}
