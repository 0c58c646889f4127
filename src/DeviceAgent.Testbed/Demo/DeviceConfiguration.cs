using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Testbed.Demo;

/// <summary>
/// <c>agent.json</c> in a device's folder. The testbed writes it, and writes it anew where ports have changed; once a person has edited it, it is his and stays as it is.
/// </summary>
internal sealed class DeviceConfiguration
{
    public const string FileName = "agent.json";

    /// <summary>The recording has one reading a minute.</summary>
    private const double SecondsBetweenReadings = 60;

    /// <summary>Often enough to watch it.</summary>
    private const double ReportSeconds = 5;

    /// <summary>What a person mends is seen to be mended.</summary>
    private const double ParkedRetrySeconds = 10;

    /// <summary>What goes by the testbed's ports.</summary>
    private static readonly string[] EndpointKeys = ["credentialsEndpoint", "mqttEndpoint", "dynamoDbEndpoint"];

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private DeviceConfiguration(string path) => Path = path;

    public string Path { get; }

    public bool IsEdited { get; private init; }

    /// <summary>What an edited one must have changed to fit this testbed, e.g. <c>mqttEndpoint must be "localhost:8446", not "localhost:9446"</c>.</summary>
    public IReadOnlyList<string> Misfits { get; private init; } = [];

    /// <summary>Whether the agent replays <see cref="DeviceRecording"/>, so that its table can be compared with the recording.</summary>
    public bool ReplaysRecording { get; private init; } = true;

    /// <summary>Writes it unless a person has edited it.</summary>
    /// <param name="folder">The device's.</param>
    /// <param name="thing">Whose it is.</param>
    /// <param name="cloud">Where the agent shall go.</param>
    /// <param name="readingsPerSecond">How fast it shall replay.</param>
    public static DeviceConfiguration Ensure(string folder, string thing, Cloud cloud, double readingsPerSecond)
    {
        var path = System.IO.Path.Combine(folder, FileName);
        var wanted = Wanted(thing, cloud, readingsPerSecond);
        var bytes = Indented(wanted);
        var written = System.IO.Path.Combine(cloud.OwnDirectory, "configurations", $"{thing}.json");
        if (File.Exists(path) && !HasSameBytes(path, bytes) && !HasSameBytes(path, written)) return Edited(path, wanted);
        Replace(path, bytes);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(written)!);
        Replace(written, bytes);
        return new DeviceConfiguration(path);
    }

    private static JsonObject Wanted(string thing, Cloud cloud, double readingsPerSecond) => new()
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
            ["file"] = DeviceRecording.FileName,
            ["speed"] = readingsPerSecond * SecondsBetweenReadings,
            ["repeat"] = true,
        },
    };

    /// <summary>What cannot be read is for the agent to complain about.</summary>
    private static DeviceConfiguration Edited(string path, JsonObject wanted)
    {
        JsonObject? found = null;
        try
        {
            found = JsonNode.Parse(File.ReadAllBytes(path), documentOptions: Lenient) as JsonObject;
        }
        catch (JsonException)
        {
        }

        return new DeviceConfiguration(path)
        {
            IsEdited = true,
            Misfits =
            [
                .. EndpointKeys.Where(key => found?[key] is { } value && !JsonNode.DeepEquals(value, wanted[key]))
                    .Select(key => $"{key} must be {wanted[key]!.ToJsonString()}, not {found![key]!.ToJsonString()}"),
            ],
            ReplaysRecording = found?["source"] is JsonObject source && JsonNode.DeepEquals(source["kind"], "replay") && JsonNode.DeepEquals(source["file"], DeviceRecording.FileName),
        };
    }

    private static byte[] Indented(JsonObject configuration)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true })) configuration.WriteTo(writer);
        return stream.ToArray();
    }

    private static bool HasSameBytes(string path, ReadOnlySpan<byte> bytes) => File.Exists(path) && bytes.SequenceEqual(File.ReadAllBytes(path));

    private static bool HasSameBytes(string path, string other) => File.Exists(other) && HasSameBytes(path, File.ReadAllBytes(other));

    /// <summary>Whole or not at all: half a file would be taken for one that a person has edited.</summary>
    private static void Replace(string path, byte[] bytes)
    {
        File.WriteAllBytes(path + ".new", bytes);
        File.Move(path + ".new", path, overwrite: true);
    }
}
