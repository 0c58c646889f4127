using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DeviceAgent.Testbed.Tests.Registry;

/// <summary>A handler behind a real HTTP server on a free loopback port.</summary>
internal sealed class TestListener : IAsyncDisposable
{
    private readonly WebApplication _application;

    private TestListener(WebApplication application) => _application = application;

    public int Port => new Uri(_application.Urls.Single()).Port;

    public static async Task<TestListener> StartAsync(RequestDelegate handler, Action<ListenOptions>? configure = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => configure?.Invoke(listen)));
        var application = builder.Build();
        application.Run(handler);
        await application.StartAsync();
        return new TestListener(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
