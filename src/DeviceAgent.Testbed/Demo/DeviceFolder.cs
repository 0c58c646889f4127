using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Testbed.Demo;

/// <summary>
/// <c>DIR/things/NAME/</c>: what a device has in its flash. Certificate, key and CA come from the registry; this adds <c>agent.json</c>.
/// </summary>
internal static class DeviceFolder
{
    /// <summary>The recording has one reading a minute.</summary>
    private const double SecondsBetweenReadings = 60;

    /// <summary>Often enough to watch it.</summary>
    private const double ReportSeconds = 5;

    /// <summary>What a person mends is seen to be mended.</summary>
    private const double ParkedRetrySeconds = 10;

    public static string Name(int number) => $"thermostat-{number:00}";

    public static string PathOf(string stateDirectory, string thing) => Path.Combine(stateDirectory, "things", thing);

    /// <returns>The path of the configuration file.</returns>
    public static string WriteConfiguration(string folder, string thing, Cloud cloud, double readingsPerSecond)
    {
        var configuration = new JsonObject
        {
            ["thingName"] = thing,
            ["roleAlias"] = Cloud.RoleAlias,
            ["credentialsEndpoint"] = cloud.CredentialsEndpoint,
            ["mqttEndpoint"] = cloud.DataEndpoint,
            ["region"] = CloudAccount.Region,
            ["certificatePath"] = "certificate.pem",
            ["privateKeyPath"] = "private.key",
            ["caPath"] = "ca.pem",
            ["dynamoDbEndpoint"] = cloud.Host.Url(Listener.DynamoDb).ToString(),
            ["stateDirectory"] = "state",
            ["control"] = new JsonObject { ["reportSeconds"] = ReportSeconds },
            ["upload"] = new JsonObject { ["parkedRetrySeconds"] = ParkedRetrySeconds },
            ["source"] = new JsonObject
            {
                ["kind"] = "replay",
                ["file"] = "builtin:occupancy",
                ["speed"] = readingsPerSecond * SecondsBetweenReadings,
                ["repeat"] = true,
            },
        };
        var path = Path.Combine(folder, "agent.json");
        using var file = File.Create(path);
        using var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        configuration.WriteTo(writer);
        return path;
    }
}

/// <summary>The testbed's folder: the one asked for, or a temporary one, removed when all went well.</summary>
internal sealed class StateDirectory : IDisposable
{
    private bool _remove;

    private StateDirectory(string path, bool remove)
    {
        Path = path;
        _remove = remove;
    }

    public string Path { get; }

    public static StateDirectory Open(string? path)
    {
        if (path is null) return new StateDirectory(Directory.CreateTempSubdirectory("device-agent-testbed-").FullName, remove: true);
        var full = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(full);
        return new StateDirectory(full, remove: false);
    }

    /// <summary>Leaves a temporary folder where it is, for a look at the logs.</summary>
    public void Keep() => _remove = false;

    public void Dispose()
    {
        if (_remove) Directory.Delete(Path, recursive: true);
    }
}
