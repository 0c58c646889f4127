using DeviceAgent.Credentials.Provider;
using DeviceAgent.Settings;

namespace DeviceAgent.Control;

/// <summary>How operators reach the agent: the key <c>mqttEndpoint</c> and the section <c>control</c>.</summary>
internal sealed record ControlOptions
{
    private const int DefaultPort = 8883;
    private const string Version5 = "5";
    private const string Version311 = "3.1.1";

    /// <summary>The host of AWS IoT's message broker; null: no remote control.</summary>
    public string? Host { get; init; }

    /// <summary>8883, or 443 where only that is open.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>MQTT 5, or 3.1.1, which says less about refusals.</summary>
    public bool UseMqtt5 { get; init; } = true;

    /// <summary>
    /// The longest silence on the connection, 30 to 1200 s, which is AWS IoT's range: then a sign of life is asked for, and a dead connection is found half as
    /// long after. The longest by default: each costs bytes, and a report of the shadow finds a dead connection, too.
    /// </summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(1200);

    /// <summary>
    /// Counters and levels are reported at most so often, when the backlog has changed much; in twelve times this at the latest. What matters is reported
    /// at once. 5 to 86400 s.
    /// </summary>
    public TimeSpan ReportPeriod { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Whether the shadow is used.</summary>
    public bool Shadow { get; init; } = true;

    /// <summary>Whether jobs are taken.</summary>
    public bool Jobs { get; init; } = true;

    public static ControlOptions Read(SettingsReader settings)
    {
        var defaults = new ControlOptions();
        var (host, port) = ReadEndpoint(settings);
        var section = settings.Section("control");
        var protocol = section.Text("protocol") ?? Version5;
        if (protocol is not (Version5 or Version311)) section.Error("protocol", protocol, $"must be {Version5} or {Version311}");
        var options = new ControlOptions
        {
            Host = host,
            Port = port,
            UseMqtt5 = protocol != Version311,
            KeepAlive = TimeSpan.FromSeconds(section.Integer("keepAliveSeconds", (int)defaults.KeepAlive.TotalSeconds, 30, 1200)),
            ReportPeriod = section.Seconds("reportSeconds", defaults.ReportPeriod, 5, 86_400),
            Shadow = section.Flag("shadow", defaults.Shadow),
            Jobs = section.Flag("jobs", defaults.Jobs),
        };
        section.ReportUnknown();
        return options;
    }

    private static (string? Host, int Port) ReadEndpoint(SettingsReader settings)
    {
        if (settings.Text("mqttEndpoint") is not { } text) return (null, DefaultPort);
        if (text.Contains(".credentials.iot.", StringComparison.OrdinalIgnoreCase))
            settings.Error("mqttEndpoint", text, "is the credentials endpoint; take it from: aws iot describe-endpoint --endpoint-type iot:Data-ATS");
        else if (EndpointAddress.IsPlain(text)
            && Uri.TryCreate($"mqtts://{text}", UriKind.Absolute, out var uri)
            && uri is { AbsolutePath: "/" or "", Query: "", Fragment: "", UserInfo: "", Host.Length: > 0 }
            && uri.HostNameType != UriHostNameType.Unknown && uri.Port != 0)
            return (uri.IdnHost, uri.Port > 0 ? uri.Port : DefaultPort);
        else settings.Error("mqttEndpoint", text, "must be a host or host:port: aws iot describe-endpoint --endpoint-type iot:Data-ATS");
        return (null, DefaultPort);
    }
}
