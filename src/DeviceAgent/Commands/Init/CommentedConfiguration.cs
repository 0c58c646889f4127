using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceAgent.Commands.Init;

/// <summary>A configuration as a person wants to find it: each key with what it is for, and what could be set besides.</summary>
internal static class CommentedConfiguration
{
    /// <summary>In the order of the file.</summary>
    private static readonly (string Key, string Comment)[] Known =
    [
        ("thingName", "The thing that the certificate is attached to. Its table has the same name, unless tableName says otherwise."),
        ("tableName", "The table."),
        ("credentialsEndpoint", "aws iot describe-endpoint --endpoint-type iot:CredentialProvider"),
        ("mqttEndpoint", "aws iot describe-endpoint --endpoint-type iot:Data-ATS. Without this line remote control (shadow, jobs) is off."),
        ("region", "The region of the table."),
        ("roleAlias", "The role alias to ask for."),
        ("certificatePath", "The certificate may be read by all (0644), the key by its owner alone (0600). After you replaced them by hand, restart the service."),
        ("privateKeyPath", ""),
        ("caPath", "The roots of the endpoints: nothing else is trusted."),
        ("dynamoDbEndpoint", "Another endpoint than AWS's."),
        ("stateDirectory", "Readings wait here until DynamoDB has them."),
        ("source", "What the device reads. linux: the sensors that device-agent sensors lists; none: only what other programs hand in."),
        ("sources", "What the device reads."),
    ];

    private static readonly (string Key, string Comment, string Example)[] Offered =
    [
        ("mqttEndpoint", "Remote control (shadow, jobs): aws iot describe-endpoint --endpoint-type iot:Data-ATS", "\"mqttEndpoint\": \"PREFIX-ats.iot.REGION.amazonaws.com\""),
        ("reduction", "Measured often, written seldom: an item of minima, means and maxima a quarter of an hour (docs/edge-reduction.md of the project).", "\"reduction\": { \"everySeconds\": 900, \"functions\": [ \"min\", \"mean\", \"max\" ] }"),
        ("credentials", "Credentials for other programs, each by a token of its own (device-agent clients add NAME; docs/local-credentials.md).", "\"credentials\": { \"port\": 8555, \"clientsDirectory\": \"/var/lib/device-agent-clients\" }"),
        ("ttl", "Items that go after a year (time to live must be enabled on the table for this attribute).", "\"ttl\": { \"attribute\": \"expires_at\", \"days\": 365 }"),
    ];

    /// <param name="values">The settings, sections as objects.</param>
    public static string Of(JsonObject values)
    {
        var text = new StringBuilder("// The configuration of device-agent, made by device-agent init. device-agent doctor says what is wrong.\n// Every key: docs/reference.md of the project. JSON with comments; relative paths are relative to this folder.\n{\n");
        var parts = new List<(string Comment, string Line)>();
        foreach (var (key, comment) in Known) if (Find(values, key) is { } value) parts.Add((comment, $"{Shown(key)}: {Shown(value)}"));
        foreach (var (key, value) in values) if (value is not null && !Known.Any(k => Is(k.Key, key))) parts.Add(("", $"{Shown(key)}: {Shown(value)}"));
        for (var i = 0; i < parts.Count; i++)
        {
            var (comment, line) = parts[i];
            if (i > 0 && comment.Length > 0) text.Append('\n');
            if (comment.Length > 0) text.Append("  // ").Append(comment).Append('\n');
            text.Append("  ").Append(line).Append(i < parts.Count - 1 ? ",\n" : "\n");
        }

        foreach (var (key, comment, example) in Offered)
        {
            if (Find(values, key) is null) text.Append("\n  // ").Append(comment).Append("\n  // , ").Append(example).Append('\n');
        }

        return text.Append("}\n").ToString();
    }

    private static JsonNode? Find(JsonObject values, string key) => values.FirstOrDefault(p => Is(p.Key, key)).Value;

    private static bool Is(string key, string other) => key.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static string Shown(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject section => section.Count == 0 ? "{}" : $"{{ {string.Join(", ", section.Select(p => $"{Shown(p.Key)}: {Shown(p.Value)}"))} }}",
        JsonArray list => list.Count == 0 ? "[]" : $"[ {string.Join(", ", list.Select(Shown))} ]",
        JsonValue one when one.TryGetValue<string>(out var text) => Shown(text),
        _ => value.ToJsonString(),
    };

    private static string Shown(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
