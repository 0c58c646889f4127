using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace DeviceAgent.IntegrationTests.Starts;

/// <summary>A circumstance under which the agent starts all the same.</summary>
/// <param name="Name">What happened to the user.</param>
/// <param name="Prepare">Brings it about.</param>
/// <param name="Warning">Part of what check warns of; null when of nothing.</param>
/// <param name="After">What must be so when the agent has run.</param>
internal sealed record GoodStart(string Name, Action<DeviceFolder> Prepare, string? Warning = null, Action<DeviceFolder>? After = null);

/// <summary>Circumstances under which the agent starts all the same.</summary>
internal static class GoodStarts
{
    public static IReadOnlyList<GoodStart> All { get; } = [.. Written(), .. OfTheSdk(), .. Dates(), .. State(), .. Rotations()];

    private static IEnumerable<GoodStart> Written() =>
    [
        new("all is right", _ => { }),
        new("comments and commas at the end", d => d.Configuration = Encoding.UTF8.GetBytes($"// ours\n{d.Settings.ToJsonString()[..^1]}, /* no more */ }}")),
        new("byte order mark", d => d.Configuration = [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(d.Settings.ToJsonString())]),
        new("written by Notepad as Unicode", d => d.Configuration = [0xff, 0xfe, .. Encoding.Unicode.GetBytes(d.Settings.ToJsonString())]),
        new("environment and command line override what is wrong in the file", d =>
        {
            d.Settings["thingName"] = "not a name";
            d.Settings["region"] = "nowhere";
            d.Environment["DEVICE_AGENT_THINGNAME"] = "thermostat-02";
            d.Arguments.AddRange(["--set", "region=us-east-1"]);
        }),
        new("recording beside the configuration", d =>
        {
            d.Write("r.csv", "timestamp,temp\n2026-01-05T10:00:00Z,1\n");
            d.Settings["source"] = new JsonObject { ["kind"] = "replay", ["file"] = "r.csv", ["speed"] = 0.001 };
        }),
    ];

    /// <summary>The agent takes none of its settings from there.</summary>
    private static IEnumerable<GoodStart> OfTheSdk() =>
    [
        Aws("region in quotes in ~/.aws/config", "[default]\nregion = \"us-east-1\"\n"),
        Aws("~/.aws/config is garbage", "]][[ \0 garbage\n===\n"),
        Aws("unknown mode in ~/.aws/config", "[default]\ndefaults_mode = nonsense\nretry_mode = nonsense\nmax_attempts = many\n"),
        Variables("unknown mode in the environment", ("AWS_DEFAULTS_MODE", "nonsense"), ("AWS_RETRY_MODE", "nonsense"), ("AWS_MAX_ATTEMPTS", "many")),
        Variables("endpoints in the environment that are none", ("AWS_ENDPOINT_URL", "nonsense"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "perhaps")),
        Variables("profile in the environment that is none", ("AWS_PROFILE", "nobody"), ("AWS_REGION", "\"us east\""), ("AWS_CONFIG_FILE", "/no/such/file"), ("AWS_SHARED_CREDENTIALS_FILE", "/")),
    ];

    private static IEnumerable<GoodStart> Dates() =>
    [
        new("certificate has expired", d => Certified(d, -3, -1), "the certificate expired at"),
        new("certificate is not valid yet", d => Certified(d, 1, 3), "the certificate is not valid before"),
        new("intermediate certificate has expired", d =>
        {
            d.WritePair("intermediate", -3, -1);
            d.Settings["certificateChainPath"] = "intermediate.pem";
        }, "the intermediate certificate CN=intermediate expired at"),
    ];

    private static readonly string[] _smallFiles =
    [
        "control.json", "certificate.json", "role-alias.json", "clock.json", "sensors.json", "reduction.json", "traffic.json", "audit.log",
        "identity/identity.json", "identity/certificate.pem", "identity/private.key",
    ];

    private static IEnumerable<GoodStart> State() =>
    [
        new("spool is damaged", d => d.Write("state/spool.db", string.Concat(Enumerable.Repeat("garbage", 2000))), After: d => Assert.NotEmpty(Directory.GetFiles(d.PathOf("state"), "spool.corrupt-*"))),
        new("all small state files are damaged", d =>
        {
            d.Settings["mqttEndpoint"] = (string)d.Settings["credentialsEndpoint"]!;
            foreach (var name in new[] { "control.json", "certificate.json", "role-alias.json", "clock.json", "identity/identity.json" }) d.Write($"state/{name}", "{ half");
        }),
        new("pipes are in the place of all small files of the state directory", d =>
        {
            d.Settings["mqttEndpoint"] = (string)d.Settings["credentialsEndpoint"]!;
            d.Section("reduction")["everySeconds"] = 60;
            Directory.CreateDirectory(d.PathOf("state/identity"));
            foreach (var name in _smallFiles) d.Pipe($"state/{name}");
        }, After: d => Assert.NotEmpty(Directory.GetFiles(d.PathOf("state"), "*.json.corrupt-1"))),
        new("state directory may not be written to", d =>
        {
            Directory.CreateDirectory(d.PathOf("state"));
            d.SetMode("state", 555);
            d.AsServiceUser = true;
        }),
        new("socket's place is taken by a file", d => d.Write("state/device-agent.sock", "")),
        new("clients' folder is not there, and the port is taken", d =>
        {
            d.Section("credentials")["clientsDirectory"] = "none";
            d.Section("credentials")["port"] = ((IPEndPoint)_taken.LocalEndPoint!).Port;
        }),
    ];

    private static IEnumerable<GoodStart> Rotations() =>
    [
        new("change of the certificate was cut off", d => CutOffRotation.Put(d, "identities"), After: d => CutOffRotation.AssertFinished(d, "identities")),
        new("change of the certificate was cut off in its middle", d => CutOffRotation.Put(d, "identities", certificateToo: false), After: d => CutOffRotation.AssertFinished(d, "identities")),
    ];

    /// <summary>Taken until the tests end.</summary>
    private static readonly Socket _taken = Take();

    private static Socket Take()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private static GoodStart Aws(string name, string content) => new(name, d =>
    {
        d.Settings.Remove("dynamoDbEndpoint");
        d.Write("home/.aws/config", content);
        d.Write("home/.aws/credentials", content);
    });

    private static GoodStart Variables(string name, params (string Name, string Value)[] variables) => new(name, d =>
    {
        foreach (var (variable, value) in variables) d.Environment[variable] = value;
    });

    private static void Certified(DeviceFolder device, int from, int to)
    {
        device.WritePair("dated", from, to);
        (device.Settings["certificatePath"], device.Settings["privateKeyPath"]) = ("dated.pem", "dated.key");
    }
}
