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

/// <summary>One web server with a loopback port for every door. A request goes to the handler of the door it came in by.</summary>
internal sealed class DoorHost : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;
    private readonly Dictionary<Door, int> _ports = [];

    private DoorHost(WebApplication app) => _app = app;

    /// <summary>The port a door listens on.</summary>
    public int Port(Door door) => _ports[door];

    /// <summary>The base URL of a door that speaks plain HTTP.</summary>
    public Uri Url(Door door) => new($"http://127.0.0.1:{Port(door)}");

    /// <param name="portBase">The port of the first door; 0 lets the system choose every port.</param>
    /// <param name="doors">What answers at each door, and what its connections need (TLS) where they need something.</param>
    /// <exception cref="PortTakenException">Another process has one of the ports.</exception>
    public static async Task<DoorHost> StartAsync(
        int portBase, IReadOnlyDictionary<Door, (RequestDelegate Handler, Action<ListenOptions>? Configure)> doors, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = StopTimeout);
        var order = doors.Keys.Order().ToList();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            foreach (var door in order)
            {
                if (portBase == 0) kestrel.Listen(IPAddress.Loopback, 0, Configure);
                else kestrel.ListenLocalhost(portBase + (int)door, Configure);

                void Configure(ListenOptions listen)
                {
                    listen.Protocols = HttpProtocols.Http1;
                    listen.Use(next => connection =>
                    {
                        connection.Items[typeof(Door)] = door;
                        return next(connection);
                    });
                    doors[door].Configure?.Invoke(listen);
                }
            }
        });

        var app = builder.Build();
        app.Run(context =>
        {
            var items = context.Features.GetRequiredFeature<IConnectionItemsFeature>().Items;
            return doors[(Door)items[typeof(Door)]!].Handler(context);
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

        var host = new DoorHost(app);
        var bound = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.ToList();
        foreach (var (door, index) in order.Select((door, index) => (door, index)))
            host._ports[door] = portBase == 0 ? new Uri(bound[index]).Port : portBase + (int)door;
        return host;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>One service of the cloud, one loopback port. The value is the distance from the port base.</summary>
internal enum Door
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
