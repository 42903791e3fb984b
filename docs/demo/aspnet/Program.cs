using Bogus;
using Shop;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddDbContext<ShopContext>();
var app = builder.Build();

using var scope = app.Services.CreateScope();
var db = scope.ServiceProvider.GetRequiredService<ShopContext>();

// good: an environment that is named
if (app.Environment.IsDevelopment())
{
    db.Customers.AddRange(new Faker<Customer>().Generate(20));
}

// bad: turned round
if (!app.Environment.IsDevelopment())
{
    db.Orders.AddRange(new Faker<Order>().Generate(20));
}

// bad: no environment is spelt like this
if (app.Environment.EnvironmentName == "development")
{
    db.Products.AddRange(new Faker<Product>().Generate(20));
}

db.SaveChanges();
app.Run();
