// Small stand-ins for the parts of ASP.NET Core and the generic host that the snippets of csharp.toml use. They keep what
// decides whether a call runs: the host's name and its default, the comparisons of the predicates, when a registered
// service is made, when a hosted service, an endpoint, a middleware or a callback runs.
#nullable disable
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

public static class Fake
{
    /// The call of interest.
    public static bool Hit(params object[] anything)
    {
        Console.WriteLine("@@HIT@@");
        Console.Out.Flush();
        return true;
    }
}

public class AppUser { public int Id { get; set; } public string Name { get; set; } = "ann"; public bool IsAdmin { get; set; } public string Role { get; set; } = "user"; }

/// A database context with one table; the runner fills it where a snippet's condition asks for rows.
public class AppDb
{
    public static bool Connects = true;
    public List<AppUser> Users { get; } = new();
    public bool CanConnect() => Connects;
    public int SaveChanges() => 0;
    public Task<int> SaveChangesAsync(CancellationToken token = default) => Task.FromResult(0);
}

namespace Microsoft.Extensions.Hosting
{
    public interface IHostEnvironment { string EnvironmentName { get; set; } string ApplicationName { get; set; } string ContentRootPath { get; set; } }
    public static class Environments
    {
        public static readonly string Development = "Development", Staging = "Staging", Production = "Production";
    }
    public class HostEnvironmentStub : Microsoft.AspNetCore.Hosting.IWebHostEnvironment
    {
        public string EnvironmentName { get; set; } =
            Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? "Production";
        public string ApplicationName { get; set; } = "App";
        public string ContentRootPath { get; set; } = "/app";
        public string WebRootPath { get; set; } = "/app/wwwroot";
    }
    public static class HostEnvironmentEnvExtensions
    {
        public static bool IsEnvironment(this IHostEnvironment env, string name)
        {
            ArgumentNullException.ThrowIfNull(env);
            return string.Equals(env.EnvironmentName, name, StringComparison.OrdinalIgnoreCase);
        }
        public static bool IsDevelopment(this IHostEnvironment env) => env.IsEnvironment("Development");
        public static bool IsStaging(this IHostEnvironment env) => env.IsEnvironment("Staging");
        public static bool IsProduction(this IHostEnvironment env) => env.IsEnvironment("Production");
    }
    public interface IHostedService { Task StartAsync(CancellationToken token); Task StopAsync(CancellationToken token); }
    public abstract class BackgroundService : IHostedService
    {
        protected abstract Task ExecuteAsync(CancellationToken stoppingToken);
        public virtual Task StartAsync(CancellationToken token) => ExecuteAsync(token);
        public virtual Task StopAsync(CancellationToken token) => Task.CompletedTask;
    }
    public interface IHostApplicationLifetime { CancellationToken ApplicationStarted { get; } CancellationToken ApplicationStopping { get; } void StopApplication(); }
    public class LifetimeStub : IHostApplicationLifetime
    {
        public readonly CancellationTokenSource Started = new(), Stopping = new();
        public CancellationToken ApplicationStarted => Started.Token;
        public CancellationToken ApplicationStopping => Stopping.Token;
        public void StopApplication() => Stopping.Cancel();
    }
    public class HostBuilderContext
    {
        public IHostEnvironment HostingEnvironment { get; set; }
        public IConfiguration Configuration { get; set; }
    }
    public interface IHost : IDisposable { IServiceProvider Services { get; } }
    public class HostStub : IHost
    {
        public IServiceProvider Services { get; set; }
        public void Dispose() { }
        public void Start() { foreach (var service in Services.GetServices<IHostedService>()) service.StartAsync(Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping).GetAwaiter().GetResult(); }
        public void Stop() { foreach (var service in Services.GetServices<IHostedService>()) service.StopAsync(default).GetAwaiter().GetResult(); }
    }
    public static class HostingExtensions
    {
        public static void Run(this IHost host) { if (host is WebApplication app) app.Serve(); else { ((HostStub)host).Start(); ((LifetimeStub)host.Services.GetRequiredService<IHostApplicationLifetime>()).Started.Cancel(); ((HostStub)host).Stop(); } }
        public static Task RunAsync(this IHost host, CancellationToken token = default) { host.Run(); return Task.CompletedTask; }
        public static Task StartAsync(this IHost host, CancellationToken token = default) { ((HostStub)host).Start(); return Task.CompletedTask; }
    }
    public interface IHostBuilder
    {
        IHostBuilder ConfigureServices(Action<HostBuilderContext, IServiceCollection> configure);
        IHostBuilder UseEnvironment(string name);
        IHost Build();
    }
    public class HostBuilderStub : IHostBuilder
    {
        readonly List<Action<HostBuilderContext, IServiceCollection>> todo = new();
        readonly HostEnvironmentStub env = new();
        public string[] Args = Array.Empty<string>();
        public IHostBuilder ConfigureServices(Action<HostBuilderContext, IServiceCollection> configure) { todo.Add(configure); return this; }
        public IHostBuilder ConfigureServices(Action<IServiceCollection> configure) { todo.Add((_, services) => configure(services)); return this; }
        public IHostBuilder UseEnvironment(string name) { env.EnvironmentName = name; return this; }
        public IHost Build()
        {
            var services = new ServiceCollection();
            var configuration = new ConfigurationManager(Args);
            services.AddHostDefaults(env, configuration);
            foreach (var configure in todo) configure(new HostBuilderContext { HostingEnvironment = env, Configuration = configuration }, services);
            return new HostStub { Services = services.BuildServiceProvider() };
        }
    }
    public static class HostBuilderExtensions
    {
        public static IHostBuilder ConfigureServices(this IHostBuilder builder, Action<IServiceCollection> configure) => builder.ConfigureServices((_, services) => configure(services));
    }
    public class HostApplicationBuilder
    {
        public IServiceCollection Services { get; } = new ServiceCollection();
        public IHostEnvironment Environment { get; } = new HostEnvironmentStub();
        public ConfigurationManager Configuration { get; }
        public HostApplicationBuilder(string[] args) { Configuration = new ConfigurationManager(args); Services.AddHostDefaults(Environment, Configuration); }
        public IHost Build() => new HostStub { Services = Services.BuildServiceProvider() };
    }
    public static class Host
    {
        public static IHostBuilder CreateDefaultBuilder(string[] args = null) => new HostBuilderStub { Args = args ?? Array.Empty<string>() };
        public static HostApplicationBuilder CreateApplicationBuilder(string[] args = null) => new(args);
    }
}

namespace Microsoft.AspNetCore.Hosting
{
    public interface IWebHostEnvironment : IHostEnvironment { string WebRootPath { get; set; } }
}

namespace Microsoft.Extensions.Logging
{
    public interface ILogger { }
    public interface ILogger<out T> : ILogger { }
    public class LoggerStub<T> : ILogger<T> { }
    public static class LoggerExtensions
    {
        public static void LogTrace(this ILogger log, string message, params object[] args) { }
        public static void LogDebug(this ILogger log, string message, params object[] args) { }
        public static void LogInformation(this ILogger log, string message, params object[] args) { }
        public static void LogWarning(this ILogger log, string message, params object[] args) { }
        public static void LogError(this ILogger log, Exception error, string message, params object[] args) { }
        public static void LogError(this ILogger log, string message, params object[] args) { }
        public static void LogCritical(this ILogger log, string message, params object[] args) { }
    }
}

namespace Microsoft.Extensions.Options
{
    public interface IOptions<out T> where T : class { T Value { get; } }
    public class OptionsStub<T> : IOptions<T> where T : class
    {
        readonly Lazy<T> value;
        public OptionsStub(IServiceProvider services)
        {
            value = new(() =>
            {
                var made = Activator.CreateInstance<T>();
                foreach (var configure in services.GetServices<OptionsSetup<T>>()) configure.Apply(made);
                return made;
            });
        }
        public T Value => value.Value;
    }
    public class OptionsSetup<T> { public Action<T> Apply; }
    public class FixedOptions<T> : IOptions<T> where T : class { public FixedOptions(T value) { Value = value; } public T Value { get; } }
    public static class Options { public static IOptions<T> Create<T>(T value) where T : class => new FixedOptions<T>(value); }
}

namespace Microsoft.Extensions.Configuration
{
    public interface IConfiguration { string this[string key] { get; set; } IConfigurationSection GetSection(string key); }
    public interface IConfigurationSection : IConfiguration { string Value { get; } string Key { get; } }
    /// Only the command line's --key=value; keys ignore case.
    public class ConfigurationManager : IConfigurationSection
    {
        public static readonly Dictionary<string, string> Given = new(StringComparer.OrdinalIgnoreCase);
        readonly string prefix;
        public ConfigurationManager(string[] args, string prefix = "")
        {
            this.prefix = prefix;
            foreach (var arg in args ?? Array.Empty<string>())
                if (arg.StartsWith("--") && arg.IndexOf('=') is var at and > 2) Given[arg[2..at]] = arg[(at + 1)..];
        }
        public string this[string key] { get => Given.TryGetValue(prefix + key, out var value) ? value : null; set => Given[prefix + key] = value; }
        public IConfigurationSection GetSection(string key) => new ConfigurationManager(null, prefix + key + ":");
        public string Key => prefix.TrimEnd(':');
        public string Value => Given.TryGetValue(Key, out var value) ? value : null;
    }
    public static class ConfigurationBinder
    {
        public static T GetValue<T>(this IConfiguration configuration, string key) => configuration.GetValue(key, default(T));
        public static T GetValue<T>(this IConfiguration configuration, string key, T otherwise) =>
            configuration[key] is string text ? (T)(System.ComponentModel.TypeDescriptor.GetConverter(typeof(T)).ConvertFromInvariantString(text)) : otherwise;
        public static T Get<T>(this IConfiguration configuration) where T : new() { var made = new T(); configuration.Bind(made); return made; }
        public static void Bind(this IConfiguration configuration, object target)
        {
            foreach (var property in target.GetType().GetProperties().Where(p => p.CanWrite))
                if (configuration[property.Name] is string text) property.SetValue(target, System.ComponentModel.TypeDescriptor.GetConverter(property.PropertyType).ConvertFromInvariantString(text));
        }
    }
}

namespace Microsoft.Extensions.DependencyInjection
{
    public class ServiceDescriptor { public Type Service; public object Key; public Func<IServiceProvider, object> Make; public bool Shared; }
    public interface IServiceCollection { List<ServiceDescriptor> All { get; } }
    public class ServiceCollection : IServiceCollection { public List<ServiceDescriptor> All { get; } = new(); }
    public interface IServiceScope : IDisposable { IServiceProvider ServiceProvider { get; } }
    public interface IServiceScopeFactory { IServiceScope CreateScope(); }
    public class ServiceProvider : IServiceProvider, IServiceScope, IServiceScopeFactory
    {
        readonly List<ServiceDescriptor> all;
        readonly Dictionary<ServiceDescriptor, object> made = new();
        public ServiceProvider(IServiceCollection services) { all = services.All; }
        public IServiceProvider ServiceProvider_ => this;
        IServiceProvider IServiceScope.ServiceProvider => this;
        public IServiceScope CreateScope() => this;
        public void Dispose() { }
        object One(ServiceDescriptor of)
        {
            if (!of.Shared) return of.Make(this);
            if (!made.TryGetValue(of, out var value)) made[of] = value = of.Make(this);
            return value;
        }
        public object Keyed(Type type, object key) => all.LastOrDefault(x => x.Service == type && Equals(x.Key, key)) is { } found ? One(found) : null;
        public object GetService(Type type)
        {
            if (type == typeof(IServiceProvider) || type == typeof(IServiceScopeFactory)) return this;
            if (all.LastOrDefault(x => x.Service == type && x.Key == null) is { } found) return One(found);
            if (!type.IsGenericType) return null;
            var open = type.GetGenericTypeDefinition(); var argument = type.GetGenericArguments()[0];
            if (open == typeof(IEnumerable<>))
            {
                var items = all.Where(x => x.Service == argument && x.Key == null).Select(One).ToList();
                var array = Array.CreateInstance(argument, items.Count);
                for (var i = 0; i < items.Count; i++) array.SetValue(items[i], i);
                return array;
            }
            if (open == typeof(ILogger<>)) return Activator.CreateInstance(typeof(LoggerStub<>).MakeGenericType(argument));
            if (open == typeof(IOptions<>)) return Activator.CreateInstance(typeof(OptionsStub<>).MakeGenericType(argument), this);
            return null;
        }
        public static object Create(IServiceProvider services, Type type, params object[] given)
        {
            foreach (var constructor in type.GetConstructors().OrderByDescending(c => c.GetParameters().Length))
            {
                var values = new List<object>(); var ok = true;
                foreach (var parameter in constructor.GetParameters())
                {
                    var value = given.FirstOrDefault(parameter.ParameterType.IsInstanceOfType)
                        ?? (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed ? ((ServiceProvider)services).Keyed(parameter.ParameterType, keyed.Key) : services.GetService(parameter.ParameterType));
                    if (value == null && !parameter.HasDefaultValue) { ok = false; break; }
                    values.Add(value ?? parameter.DefaultValue);
                }
                if (!ok) continue;
                try { return constructor.Invoke(values.ToArray()); }
                catch (TargetInvocationException e) { System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e.InnerException).Throw(); }
            }
            throw new InvalidOperationException("Unable to resolve " + type);
        }
    }
    [AttributeUsage(AttributeTargets.Parameter)] public class FromKeyedServicesAttribute : Attribute { public object Key; public FromKeyedServicesAttribute(object key) { Key = key; } }
    public static class ActivatorUtilities
    {
        public static T CreateInstance<T>(IServiceProvider services, params object[] given) => (T)ServiceProvider.Create(services, typeof(T), given);
        public static T GetServiceOrCreateInstance<T>(IServiceProvider services) => (T)(services.GetService(typeof(T)) ?? ServiceProvider.Create(services, typeof(T)));
    }
    public static class ServiceCollectionExtensions
    {
        public static ServiceProvider BuildServiceProvider(this IServiceCollection services) => new(services);
        static IServiceCollection Put(this IServiceCollection services, Type type, Func<IServiceProvider, object> make, bool shared = true, object key = null) { services.All.Add(new() { Service = type, Make = make, Shared = shared, Key = key }); return services; }
        public static void AddHostDefaults(this IServiceCollection services, IHostEnvironment env, IConfiguration configuration)
        {
            services.Put(typeof(IHostEnvironment), _ => env).Put(typeof(Microsoft.AspNetCore.Hosting.IWebHostEnvironment), _ => env).Put(typeof(IConfiguration), _ => configuration);
            services.Put(typeof(IHostApplicationLifetime), _ => new LifetimeStub()).Put(typeof(AppDb), _ => new AppDb());
        }
        public static IServiceCollection AddSingleton<T>(this IServiceCollection services) where T : class => services.Put(typeof(T), p => ServiceProvider.Create(p, typeof(T)));
        public static IServiceCollection AddSingleton<T>(this IServiceCollection services, T instance) where T : class => services.Put(typeof(T), _ => instance);
        public static IServiceCollection AddSingleton<T>(this IServiceCollection services, Func<IServiceProvider, T> make) where T : class => services.Put(typeof(T), make);
        public static IServiceCollection AddSingleton<I, T>(this IServiceCollection services) where T : class, I => services.Put(typeof(I), p => ServiceProvider.Create(p, typeof(T)));
        public static IServiceCollection AddSingleton(this IServiceCollection services, Type type, Type made) => services.Put(type, p => ServiceProvider.Create(p, made));
        public static IServiceCollection AddScoped<T>(this IServiceCollection services) where T : class => services.AddSingleton<T>();
        public static IServiceCollection AddScoped<T>(this IServiceCollection services, Func<IServiceProvider, T> make) where T : class => services.AddSingleton(make);
        public static IServiceCollection AddScoped<I, T>(this IServiceCollection services) where T : class, I => services.AddSingleton<I, T>();
        public static IServiceCollection AddTransient<T>(this IServiceCollection services) where T : class => services.Put(typeof(T), p => ServiceProvider.Create(p, typeof(T)), false);
        public static IServiceCollection AddTransient<I, T>(this IServiceCollection services) where T : class, I => services.Put(typeof(I), p => ServiceProvider.Create(p, typeof(T)), false);
        public static IServiceCollection AddKeyedSingleton<I, T>(this IServiceCollection services, object key) where T : class, I => services.Put(typeof(I), p => ServiceProvider.Create(p, typeof(T)), true, key);
        public static void TryAddSingleton<I, T>(this IServiceCollection services) where T : class, I { if (!services.All.Any(x => x.Service == typeof(I))) services.AddSingleton<I, T>(); }
        public static IServiceCollection RemoveAll<T>(this IServiceCollection services) { services.All.RemoveAll(x => x.Service == typeof(T)); return services; }
        public static IServiceCollection AddHostedService<T>(this IServiceCollection services) where T : class, IHostedService => services.Put(typeof(IHostedService), p => ServiceProvider.Create(p, typeof(T)));
        public static IServiceCollection AddHostedService<T>(this IServiceCollection services, Func<IServiceProvider, T> make) where T : class, IHostedService => services.Put(typeof(IHostedService), make);
        public static IServiceCollection Configure<T>(this IServiceCollection services, Action<T> configure) => services.Put(typeof(OptionsSetup<T>), _ => new OptionsSetup<T> { Apply = configure });
        public static IServiceCollection Configure<T>(this IServiceCollection services, IConfiguration from) => services.Put(typeof(OptionsSetup<T>), _ => new OptionsSetup<T> { Apply = target => from.Bind(target) });
    }
    public static class ServiceProviderExtensions
    {
        public static T GetService<T>(this IServiceProvider services) => (T)services.GetService(typeof(T));
        public static T GetRequiredService<T>(this IServiceProvider services) => services.GetService(typeof(T)) is T found ? found : throw new InvalidOperationException("No service for type " + typeof(T));
        public static IEnumerable<T> GetServices<T>(this IServiceProvider services) => (IEnumerable<T>)services.GetService(typeof(IEnumerable<T>));
        public static T GetRequiredKeyedService<T>(this IServiceProvider services, object key) => ((ServiceProvider)services).Keyed(typeof(T), key) is T found ? found : throw new InvalidOperationException();
        public static T GetKeyedService<T>(this IServiceProvider services, object key) => (T)((ServiceProvider)services).Keyed(typeof(T), key);
        public static IServiceScope CreateScope(this IServiceProvider services) => (IServiceScope)services.GetService(typeof(IServiceScopeFactory));
    }
}

namespace Microsoft.AspNetCore.Http
{
    public delegate Task RequestDelegate(HttpContext context);
    public class HttpRequest { public string Path { get; set; } = "/"; public string Method { get; set; } = "GET"; public Dictionary<string, string> Query { get; } = new() { ["seed"] = "1" }; public Dictionary<string, string> Headers { get; } = new(); }
    public class HttpResponse { public int StatusCode { get; set; } = 200; public Task WriteAsync(string text) => Task.CompletedTask; }
    public class HttpContext
    {
        public HttpRequest Request { get; } = new();
        public HttpResponse Response { get; } = new();
        public IServiceProvider RequestServices { get; set; }
        public Dictionary<object, object> Items { get; } = new();
    }
    public interface IMiddleware { Task InvokeAsync(HttpContext context, RequestDelegate next); }
    public interface IResult { }
    public class ResultStub : IResult { }
    public static class Results
    {
        public static IResult Ok(object value = null) => new ResultStub();
        public static IResult NotFound(object value = null) => new ResultStub();
        public static IResult NoContent() => new ResultStub();
        public static IResult Forbid() => new ResultStub();
        public static IResult StatusCode(int code) => new ResultStub();
    }
    public class EndpointFilterInvocationContext { public HttpContext HttpContext { get; set; } }
    public delegate ValueTask<object> EndpointFilterDelegate(EndpointFilterInvocationContext context);
}

namespace Microsoft.AspNetCore.Routing { public interface IEndpointRouteBuilder { IServiceProvider ServiceProvider { get; } List<RouteHandlerBuilder> Endpoints { get; } string Prefix { get; } } }

namespace Microsoft.AspNetCore.Builder
{
    using Microsoft.AspNetCore.Routing;
    public class RouteHandlerBuilder
    {
        public string Path, Method; public Delegate Handler;
        public List<Func<EndpointFilterInvocationContext, EndpointFilterDelegate, ValueTask<object>>> Filters = new();
        public RouteGroupBuilder Group;
        public RouteHandlerBuilder RequireAuthorization() => this;
        public RouteHandlerBuilder WithName(string name) => this;
        public RouteHandlerBuilder AddEndpointFilter(Func<EndpointFilterInvocationContext, EndpointFilterDelegate, ValueTask<object>> filter) { Filters.Add(filter); return this; }
        public void Invoke(HttpContext context)
        {
            EndpointFilterDelegate call = async _ =>
            {
                var values = Handler.Method.GetParameters().Select(p => p.ParameterType == typeof(HttpContext) ? context : p.ParameterType == typeof(CancellationToken) ? CancellationToken.None : context.RequestServices.GetService(p.ParameterType) ?? (p.HasDefaultValue ? p.DefaultValue : p.ParameterType == typeof(string) ? "x" : p.ParameterType.IsValueType ? Activator.CreateInstance(p.ParameterType) : null));
                object result;
                try { result = Handler.DynamicInvoke(values.ToArray()); }
                catch (TargetInvocationException e) { throw e.InnerException; }
                if (result is Task task) await task;
                return result;
            };
            foreach (var filter in Enumerable.Reverse((Group?.Filters ?? new()).Concat(Filters).ToList())) { var next = call; call = c => filter(c, next); }
            call(new() { HttpContext = context }).AsTask().GetAwaiter().GetResult();
        }
    }
    public class RouteGroupBuilder : IEndpointRouteBuilder
    {
        public IEndpointRouteBuilder Parent;
        public List<Func<EndpointFilterInvocationContext, EndpointFilterDelegate, ValueTask<object>>> Filters = new();
        public IServiceProvider ServiceProvider => Parent.ServiceProvider;
        public List<RouteHandlerBuilder> Endpoints => Parent.Endpoints;
        public string Prefix { get; set; }
        public RouteGroupBuilder RequireAuthorization() => this;
        public RouteGroupBuilder AddEndpointFilter(Func<EndpointFilterInvocationContext, EndpointFilterDelegate, ValueTask<object>> filter) { Filters.Add(filter); return this; }
    }
    public static class EndpointExtensions
    {
        static RouteHandlerBuilder Put(IEndpointRouteBuilder routes, string method, string path, Delegate handler)
        {
            var made = new RouteHandlerBuilder { Path = routes.Prefix + path, Method = method, Handler = handler, Group = routes as RouteGroupBuilder };
            routes.Endpoints.Add(made); return made;
        }
        public static RouteHandlerBuilder MapGet(this IEndpointRouteBuilder routes, string path, Delegate handler) => Put(routes, "GET", path, handler);
        public static RouteHandlerBuilder MapPost(this IEndpointRouteBuilder routes, string path, Delegate handler) => Put(routes, "POST", path, handler);
        public static RouteHandlerBuilder MapPut(this IEndpointRouteBuilder routes, string path, Delegate handler) => Put(routes, "PUT", path, handler);
        public static RouteHandlerBuilder MapDelete(this IEndpointRouteBuilder routes, string path, Delegate handler) => Put(routes, "DELETE", path, handler);
        public static RouteGroupBuilder MapGroup(this IEndpointRouteBuilder routes, string prefix) => new() { Parent = routes, Prefix = routes.Prefix + prefix };
    }
    public interface IApplicationBuilder { IServiceProvider ApplicationServices { get; } IApplicationBuilder Use(Func<RequestDelegate, RequestDelegate> middleware); IApplicationBuilder New(); RequestDelegate Build(); }
    public class PipelineStub : IApplicationBuilder
    {
        readonly List<Func<RequestDelegate, RequestDelegate>> all = new();
        public RequestDelegate End = _ => Task.CompletedTask;
        public IServiceProvider ApplicationServices { get; set; }
        public IApplicationBuilder New() => new PipelineStub { ApplicationServices = ApplicationServices };
        public IApplicationBuilder Use(Func<RequestDelegate, RequestDelegate> middleware) { all.Add(middleware); return this; }
        public RequestDelegate Build() => all.AsEnumerable().Reverse().Aggregate(End, (next, middleware) => middleware(next));
    }
    public static class PipelineExtensions
    {
        public static IApplicationBuilder Use(this IApplicationBuilder app, Func<HttpContext, RequestDelegate, Task> middleware) => app.Use(next => context => middleware(context, next));
        public static IApplicationBuilder Use(this IApplicationBuilder app, Func<HttpContext, Func<Task>, Task> middleware) => app.Use(next => context => middleware(context, () => next(context)));
        public static void Run(this IApplicationBuilder app, RequestDelegate last) => app.Use(_ => last);
        public static IApplicationBuilder UseWhen(this IApplicationBuilder app, Func<HttpContext, bool> test, Action<IApplicationBuilder> configure)
        {
            var branch = new PipelineStub { ApplicationServices = app.ApplicationServices }; configure(branch);
            return app.Use(next => { branch.End = next; var built = branch.Build(); return context => test(context) ? built(context) : next(context); });
        }
        public static IApplicationBuilder MapWhen(this IApplicationBuilder app, Func<HttpContext, bool> test, Action<IApplicationBuilder> configure)
        {
            var branch = app.New(); configure(branch); var built = branch.Build();
            return app.Use(next => context => test(context) ? built(context) : next(context));
        }
        public static IApplicationBuilder UseMiddleware<T>(this IApplicationBuilder app) => app.Use(next =>
        {
            var made = ServiceProvider.Create(app.ApplicationServices, typeof(T), next);
            var method = typeof(T).GetMethod("InvokeAsync") ?? typeof(T).GetMethod("Invoke");
            return context => (Task)method.Invoke(made, method.GetParameters().Select(p => p.ParameterType == typeof(HttpContext) ? context : p.ParameterType == typeof(RequestDelegate) ? (object)next : context.RequestServices.GetService(p.ParameterType)).ToArray());
        });
        public static IApplicationBuilder UseDeveloperExceptionPage(this IApplicationBuilder app) => app;
        public static IApplicationBuilder UseHsts(this IApplicationBuilder app) => app;
        public static IApplicationBuilder UseRouting(this IApplicationBuilder app) => app;
        public static IApplicationBuilder UseAuthorization(this IApplicationBuilder app) => app;
        public static IApplicationBuilder UseHttpsRedirection(this IApplicationBuilder app) => app;
    }
    public class WebApplicationOptions { public string EnvironmentName { get; set; } public string[] Args { get; set; } }
    public class WebHostBuilderStub { public HostEnvironmentStub Env; public WebHostBuilderStub UseEnvironment(string name) { Env.EnvironmentName = name; return this; } }
    public class WebApplicationBuilder
    {
        public IServiceCollection Services { get; } = new ServiceCollection();
        readonly HostEnvironmentStub env = new();
        public Microsoft.AspNetCore.Hosting.IWebHostEnvironment Environment => env;
        public ConfigurationManager Configuration { get; }
        public WebHostBuilderStub WebHost => new() { Env = env };
        public WebApplicationBuilder(string[] args, string name = null)
        {
            Configuration = new ConfigurationManager(args);
            if ((Configuration["environment"] ?? name) is { } given) env.EnvironmentName = given;
            Services.AddHostDefaults(env, Configuration);
        }
        public WebApplication Build() => new(Services.BuildServiceProvider());
    }
    public class WebApplication : IHost, IApplicationBuilder, IEndpointRouteBuilder
    {
        readonly PipelineStub pipeline;
        public WebApplication(ServiceProvider services) { Services = services; pipeline = new() { ApplicationServices = services }; }
        public static WebApplicationBuilder CreateBuilder(string[] args = null) => new(args);
        public static WebApplicationBuilder CreateBuilder(WebApplicationOptions options) => new(options.Args, options.EnvironmentName);
        public static WebApplication Create(string[] args = null) => CreateBuilder(args).Build();
        public IServiceProvider Services { get; }
        public Microsoft.AspNetCore.Hosting.IWebHostEnvironment Environment => Services.GetRequiredService<Microsoft.AspNetCore.Hosting.IWebHostEnvironment>();
        public IConfiguration Configuration => Services.GetRequiredService<IConfiguration>();
        public IHostApplicationLifetime Lifetime => Services.GetRequiredService<IHostApplicationLifetime>();
        public ILogger Logger => new LoggerStub<WebApplication>();
        public IServiceProvider ApplicationServices => Services;
        IServiceProvider IEndpointRouteBuilder.ServiceProvider => Services;
        List<RouteHandlerBuilder> IEndpointRouteBuilder.Endpoints { get; } = new();
        string IEndpointRouteBuilder.Prefix => "";
        public IApplicationBuilder Use(Func<RequestDelegate, RequestDelegate> middleware) => pipeline.Use(middleware);
        public IApplicationBuilder New() => pipeline.New();
        public RequestDelegate Build() => pipeline.Build();
        public void Dispose() { }
        public void Run(string url = null) => Serve();
        public Task RunAsync(string url = null) { Serve(); return Task.CompletedTask; }

        /// Starts the hosted services, then asks every endpoint once (a path nobody mapped where there is none).
        public void Serve()
        {
            var host = new HostStub { Services = Services };
            host.Start();
            ((LifetimeStub)Lifetime).Started.Cancel();
            var endpoints = ((IEndpointRouteBuilder)this).Endpoints;
            RouteHandlerBuilder current = null;
            pipeline.End = context => { current?.Invoke(context); return Task.CompletedTask; };
            var built = pipeline.Build();
            foreach (var endpoint in endpoints.DefaultIfEmpty())
            {
                current = endpoint;
                var context = new HttpContext { RequestServices = Services };
                context.Request.Path = endpoint?.Path ?? "/demo/x"; context.Request.Method = endpoint?.Method ?? "GET";
                try { built(context).GetAwaiter().GetResult(); } catch (Exception e) { Console.WriteLine("500 " + e.GetType().Name); }
            }
            ((LifetimeStub)Lifetime).StopApplication();
            host.Stop();
        }
    }
}
