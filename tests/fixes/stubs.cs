// What the programs of csharp.toml call: a log of what happens, Bogus, a database, and a host with its environment.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;

public static class Log
{
    static readonly List<string[]> entries = new();

    public static void Clear() => entries.Clear();

    public static void Add(string kind, string label, string value) => entries.Add(new[] { kind, label, value ?? "null" });

    public static string Json() => JsonSerializer.Serialize(entries);

    public static void Trace(string label, string value = "") => Add("trace", label, value);

    public static void List(string label, IEnumerable<string> values) => Add("trace", label, string.Join(", ", values));
}

public class User
{
    public User() { }

    public User(string name, string text) => (Name, Text) = (name, text);

    public string Name { get; set; }

    public string Text { get; set; }

    public int Age { get; set; }

    public override string ToString() => $"User {Name} {Text}";
}

public class Set<T>
{
    public void Add(T row) => Log.Add("write", "Add", row.ToString());

    public void AddRange(IEnumerable<T> rows) => Log.Add("write", "AddRange", string.Join(", ", rows));

    public Task AddRangeAsync(IEnumerable<T> rows)
    {
        AddRange(rows);
        return Task.CompletedTask;
    }

    public bool Any() => false;
}

public class AppDb
{
    public Set<User> Users { get; } = new();

    // with nothing added there is nothing to save
    public void SaveChanges() { }

    public Task SaveChangesAsync() => Task.CompletedTask;
}

namespace Bogus
{
    public class Names
    {
        public string FullName()
        {
            Log.Add("fake", "FullName", "");
            return "FAKE name";
        }
    }

    public class Faker
    {
        public Names Name { get; } = new();
    }

    public class Faker<T> where T : class, new()
    {
        readonly List<Action<Faker, T>> rules = new();

        public Faker<T> RuleFor<V>(Func<T, V> member, Func<Faker, V> value)
        {
            rules.Add((faker, row) => value(faker));
            return this;
        }

        public List<T> Generate(int count)
        {
            Log.Add("fake", "Generate", "");
            var row = new T();
            if (row is User user)
            {
                user.Name = "FAKE";
            }
            rules.ForEach(rule => rule(new Faker(), row));
            return Enumerable.Repeat(row, count).ToList();
        }
    }
}

namespace Microsoft.Extensions.Hosting
{
    public interface IHostEnvironment
    {
        string EnvironmentName { get; }
    }

    public static class HostEnvironmentEnvExtensions
    {
        public static bool IsDevelopment(this IHostEnvironment env) => env.EnvironmentName == "Development";
    }

    public class HostEnvironment : Microsoft.AspNetCore.Hosting.IWebHostEnvironment
    {
        public string EnvironmentName => System.Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT");
    }
}

namespace Microsoft.AspNetCore.Hosting
{
    public interface IWebHostEnvironment : Microsoft.Extensions.Hosting.IHostEnvironment { }
}

namespace Microsoft.Extensions.DependencyInjection
{
    public static class ServiceProviderServiceExtensions
    {
        public static T GetRequiredService<T>(this IServiceProvider services) => (T)services.GetService(typeof(T));
    }
}

public class Services : IServiceProvider
{
    public object GetService(Type type) => new Microsoft.Extensions.Hosting.HostEnvironment();
}

namespace Microsoft.AspNetCore.Builder
{
    public class WebApplication
    {
        public Microsoft.AspNetCore.Hosting.IWebHostEnvironment Environment { get; } = new Microsoft.Extensions.Hosting.HostEnvironment();

        public static WebApplicationBuilder CreateBuilder(string[] args) => new();

        public void Run() => Log.Trace("run");
    }

    public class WebApplicationBuilder
    {
        public Microsoft.AspNetCore.Hosting.IWebHostEnvironment Environment { get; } = new Microsoft.Extensions.Hosting.HostEnvironment();

        public WebApplication Build() => new();
    }
}
