using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Testbed.Hosting;

/// <summary>One web server with a loopback port for every listener. A request goes to the handler of the listener it came in by.</summary>
internal sealed class ListenerHost : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;
    private readonly Dictionary<Listener, int> _ports = [];

    private ListenerHost(WebApplication app) => _app = app;

    /// <summary>The port a listener listens on.</summary>
    public int Port(Listener listener) => _ports[listener];

    /// <summary>The base URL of a listener that speaks plain HTTP.</summary>
    public Uri Url(Listener listener) => new($"http://127.0.0.1:{Port(listener)}");

    /// <param name="portBase">The port of the first listener; 0 lets the system choose every port.</param>
    /// <param name="listeners">What answers at each listener, and what its connections need (TLS) where they need something.</param>
    /// <exception cref="PortTakenException">Another process has one of the ports.</exception>
    public static async Task<ListenerHost> StartAsync(
        int portBase, IReadOnlyDictionary<Listener, (RequestDelegate Handler, Action<ListenOptions>? Configure)> listeners, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = StopTimeout);
        var order = listeners.Keys.Order().ToList();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            foreach (var listener in order)
            {
                if (portBase == 0) kestrel.Listen(IPAddress.Loopback, 0, Configure);
                else kestrel.ListenLocalhost(portBase + (int)listener, Configure);

                void Configure(ListenOptions listen)
                {
                    listen.Protocols = HttpProtocols.Http1;
                    listen.Use(next => connection =>
                    {
                        connection.Items[typeof(Listener)] = listener;
                        return next(connection);
                    });
                    listeners[listener].Configure?.Invoke(listen);
                }
            }
        });

        var app = builder.Build();
        app.Run(context =>
        {
            var items = context.Features.GetRequiredFeature<IConnectionItemsFeature>().Items;
            return listeners[(Listener)items[typeof(Listener)]!].Handler(context);
        });

        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await app.DisposeAsync();
            throw new PortTakenException($"{e.Message} Another testbed may be running: stop it, or choose other ports with --port-base.", e);
        }

        var host = new ListenerHost(app);
        var bound = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.ToList();
        foreach (var (listener, index) in order.Select((listener, index) => (listener, index)))
            host._ports[listener] = portBase == 0 ? new Uri(bound[index]).Port : portBase + (int)listener;
        return host;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>One service of the cloud, one loopback port. The value is the distance from the port base.</summary>
internal enum Listener
{
    /// <summary>The IoT credentials provider: mutual TLS.</summary>
    CredentialsProvider = 0,

    /// <summary>DynamoDB: HTTP, SigV4.</summary>
    DynamoDb = 1,

    /// <summary>The IoT control plane: HTTP, SigV4.</summary>
    Iot = 2,

    /// <summary>IAM: HTTP, SigV4.</summary>
    Iam = 3,

    /// <summary>STS: HTTP, SigV4.</summary>
    Sts = 4,

    /// <summary>The IoT data plane of operators: HTTP, SigV4.</summary>
    IotData = 5,

    /// <summary>The IoT data plane of devices, as <c>aws iot describe-endpoint</c> tells it: MQTT and HTTPS, mutual TLS.</summary>
    IotDevices = 6,

    /// <summary>The testbed's own: state of the devices, fault switches. Not an AWS interface.</summary>
    Console = 9,
}

/// <summary>A port of the testbed belongs to another process.</summary>
internal sealed class PortTakenException(string message, Exception inner) : Exception(message, inner);
