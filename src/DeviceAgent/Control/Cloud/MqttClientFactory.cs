using System.Net;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Transport;
using DeviceAgent.Mqtt;
using DeviceAgent.Traffic;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control.Cloud;

/// <summary>The one place that knows which MQTT client is used.</summary>
internal static class MqttClientFactory
{
    public static IServiceCollection AddIotConnection(this IServiceCollection services, ControlOptions options, string thingName, string? caPath)
    {
        services.TryAddSingleton<Func<IMqttClient>>(s => () => Create(
            options, thingName, caPath, s.GetRequiredService<ConnectionIdentity>().Take(), s.GetRequiredService<TrafficMeter>().Connect(TrafficPurpose.Control), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<Random>(), s.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<ConnectionIdentity>();
        return services.AddSingleton<IotConnection>();
    }

    /// <summary>A client that keeps itself connected.</summary>
    /// <param name="options">Where to.</param>
    /// <param name="clientId">The thing's name, or that of a claim.</param>
    /// <param name="caPath">The roots of the broker's certificate; null for the system's.</param>
    /// <param name="identity">The device's certificate and key.</param>
    /// <param name="connect">Opens the TCP connection.</param>
    /// <param name="time">The device's clock, which also judges the broker's certificate.</param>
    /// <param name="random">Spreads the attempts.</param>
    /// <param name="loggers">For the client's own log.</param>
    public static IMqttClient Create(
        ControlOptions options, string clientId, string? caPath, DeviceIdentity identity, Func<DnsEndPoint, CancellationToken, Task<Stream>> connect,
        TimeProvider time, Random random, ILoggerFactory loggers) =>
        new ReconnectingMqttClient(OptionsFor(options, clientId, caPath, identity, connect), new MqttReconnectOptions(), time, random, loggers.CreateLogger<ReconnectingMqttClient>());

    /// <summary>How to connect.</summary>
    /// <inheritdoc cref="Create" path="/param"/>
    public static MqttClientOptions OptionsFor(
        ControlOptions options, string clientId, string? caPath, DeviceIdentity identity, Func<DnsEndPoint, CancellationToken, Task<Stream>> connect) => new()
        {
            Host = options.Host!,
            Port = options.Port,
            ClientId = clientId,
            KeepAlive = options.KeepAlive,
            ProtocolVersion = options.UseMqtt5 ? MqttProtocolVersion.V5 : MqttProtocolVersion.V311,
            Tls = new MqttTlsOptions { Certificate = identity.Certificate, Chain = identity.Chain, Roots = CertificateTrust.LoadRoots(caPath) },
            Proxy = ProxyFor(options),
            ConnectCallback = connect,
        };

    /// <summary>As the environment says; what is wrong with it has been an error of the configuration.</summary>
    private static MqttProxyOptions? ProxyFor(ControlOptions options)
    {
        var target = new UriBuilder(Uri.UriSchemeHttps, options.Host!, options.Port).Uri;
        var proxies = ProxySetting.Read([], http: false);
        if (proxies.IsBypassed(target) || proxies.GetProxy(target) is not { } proxy) return null;
        var user = proxies.Credentials?.GetCredential(proxy, "Basic");
        return new MqttProxyOptions { Host = proxy.IdnHost, Port = proxy.Port, UserName = user?.UserName, Password = user?.Password };
    }
}
