using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.IntegrationTests.Starts;

/// <summary>A circumstance under which the agent does not start.</summary>
/// <param name="Name">What happened to the user.</param>
/// <param name="Words">Part of what is said.</param>
/// <param name="Break">Brings it about.</param>
/// <param name="ExitCode">How the agent ends: 78, or 74 where it is not the configuration.</param>
internal sealed record BrokenStart(string Name, string Words, Action<DeviceFolder> Break, int ExitCode = 78);

/// <summary>Circumstances under which the agent does not start.</summary>
internal static class BrokenStarts
{
    private const int SpoolUnusable = 74;

    public static IReadOnlyList<BrokenStart> All { get; } = [.. File(), .. Overrides(), .. Values(), .. Identity(), .. Trust(), .. Sources(), .. Local(), .. State(), .. Rotations()];

    private static IEnumerable<BrokenStart> File() =>
    [
        Configuration("file is empty", "not valid JSON", ""),
        Configuration("file ends in the middle", "not valid JSON", """{ "thingName": """),
        Configuration("file holds a list", "must hold a JSON object", "[1]"),
        Configuration("file is a spreadsheet", "byte 0 (0xD0) is not UTF-8", Encoding.Latin1.GetBytes("\u00d0\u00cf\u0011\u00e0")),
        Configuration("file is in Latin-1", "byte 16 (0xE4) is not UTF-8", Encoding.Latin1.GetBytes("""{ "thingName": "ä" }""")),
        Configuration("key stands twice", "not valid JSON", """{ "thingName": "a", "thingName": "b" }"""),
        Raw("key stands twice, once in capitals", "roleAlias: is set more than once, as roleAlias and RoleAlias", json => json.Insert(1, "\"roleAlias\":\"a\",").Replace("\"roleAlias\":\"device-agent\"", "\"RoleAlias\":\"b\"", StringComparison.Ordinal)),
        Raw("half a character", "a text holds half a character", json => json.Replace("\"device-agent\"", "\"\\ud83d\"", StringComparison.Ordinal)),
        new("file has no name", "--config = : names no file", d => d.ConfigurationName = ""),
        new("supervisor's socket is longer than the kernel takes", "thingName: is missing", d =>
        {
            d.Settings.Remove("thingName");
            d.Environment["NOTIFY_SOCKET"] = $"/{new string('n', 200)}";
        }),
        new("file is not there", "there is no such file", d => d.IsFinished = true),
        new("file is a folder", "it is a folder, not a file", d => Directory.CreateDirectory(d.PathOf("agent.json"))),
        new("file may not be read by the service's user", "cannot be read", d =>
        {
            d.Finish();
            d.SetMode("agent.json", 0);
            d.AsServiceUser = true;
        }),
    ];

    private static IEnumerable<BrokenStart> Overrides() =>
    [
        Set("assignment without a value", "must have the form key=value", "logLevel"),
        Set("assignment without a name", "must have the form key=value", "=debug"),
        Set("assignment to a section and into it", "contradicts another --set", "source=linux", "source.kind=replay"),
        Set("assignment of nonsense", "must be one of", "source.kind=relpay"),
        Variable("variable without a name", "a setting's name must follow", "DEVICE_AGENT_", "x"),
        Variable("variable of an unknown key", "is not a setting; did you mean 'roleAlias'? (environment)", "DEVICE_AGENT_ROLEALAIS", "x"),
        Variable("variable that is no number", "must be a whole number", "DEVICE_AGENT_UPLOAD__BATCHSIZE", "many"),
        Variable("proxy that is none", "HTTPS_PROXY: it names no host", "HTTPS_PROXY", "::::"),
        new("endpoint of the SDKs that is none", "dynamoDbEndpoint = nonsense", d =>
        {
            d.Settings.Remove("dynamoDbEndpoint");
            d.Environment["AWS_ENDPOINT_URL_DYNAMODB"] = "nonsense";
        }),
    ];

    private static IEnumerable<BrokenStart> Values() =>
    [
        With("key is misspelt", "did you mean 'roleAlias'?", "rolealais", "x"),
        With("key is missing", "thingName: is missing", "thingName", null),
        With("section is a text", "must be an object", "source", "replay"),
        With("text is a section", "must be a single value", "thingName", new JsonObject()),
        With("path holds the character zero", "holds a zero character", "certificatePath", "a\0b"),
        With("number is not finite", "must be a number from", "powerReturnSpreadSeconds", "NaN"),
        In("number is huge", "must be a whole number from", "upload", "batchSize", 1e30),
        In("number is negative", "must be a whole number from", "spool", "memoryReadings", -1),
        With("thing name with a space", "it cannot be a thing name", "thingName", "boiler 07"),
        With("thing name with a line end", @"thingName = boiler\n07: it cannot be a thing name", "thingName", "boiler\n07"),
        With("role alias with a slash", "it cannot be a role alias", "roleAlias", "fleet/ddb"),
        With("endpoint with https:// in front", "it has a scheme", "credentialsEndpoint", "https://c.credentials.iot.us-east-1.amazonaws.com"),
        With("endpoint of the wrong kind", "it is AWS IoT's data endpoint", "credentialsEndpoint", "a-ats.iot.us-east-1.amazonaws.com"),
        With("broker's endpoint of the wrong kind", "is the credentials endpoint", "mqttEndpoint", "c.credentials.iot.us-east-1.amazonaws.com"),
        With("region is a town", "must be the name of an AWS region", "region", "Frankfurt"),
        With("region of a hundred letters", "must be the name of an AWS region", "region", $"us-{new string('a', 100)}-1"),
        With("table's endpoint without a scheme", "must be an address", "dynamoDbEndpoint", "dynamodb.us-east-1.amazonaws.com"),
        With("serial number is longer than a key may be", "is longer than the 2048 bytes", "serialNumber", new string('s', 2049)),
        With("items expire by their own key", "is the name of a key", "ttl", new JsonObject { ["attribute"] = "timestamp", ["days"] = 30 }),
        In("attributes fill the item", "bytes of each item", "attributes", "note", new string('n', 420_000)),
        In("attribute is called like a key", "is the name of a key", "attributes", "serial_number", "x"),
    ];

    private static IEnumerable<BrokenStart> Identity() =>
    [
        With("certificate is not there", "the file does not exist", "certificatePath", "none.pem"),
        new("key of another certificate", "does not match", d =>
        {
            d.WritePair("other");
            d.Settings["privateKeyPath"] = "other.key";
        }),
        new("key may be read by everybody", "chmod 600", d => d.SetMode("private.key", 644)),
        new("key may not be read by the service's user", "cannot be read", d =>
        {
            d.SetMode("private.key", 0);
            d.AsServiceUser = true;
        }),
        new("key is a pipe", "it is a named pipe, not a file", d =>
        {
            System.IO.File.Delete(d.PathOf("private.key"));
            d.Pipe("private.key");
        }),
        new("certificate without a certificate", "holds no certificate", d => System.IO.File.Copy(d.PathOf("private.key"), d.PathOf("certificate.pem"), overwrite: true)),
        new("password's file is empty", "the file is empty", d =>
        {
            d.Write("password", "\n");
            d.Settings["privateKeyPasswordFile"] = "password";
        }),
        With("password's file never ends", "it is a device, not a file", "privateKeyPasswordFile", "/dev/zero"),
        new("key that systemd passes is empty", "was looked into first: it has no private.key, or an empty one", d =>
        {
            d.Write("passed/private.key", "\n");
            System.IO.File.Delete(d.PathOf("private.key"));
            d.Environment["CREDENTIALS_DIRECTORY"] = d.PathOf("passed");
        }),
        With("module of the key's hardware is not there", "privateKeyPath", "privateKeyPath", "pkcs11:token=t;object=k?module-path=/no/such.so&pin-value=1"),
        new("module of the key's hardware is a pipe", "which is a named pipe, not a file", d =>
        {
            d.Pipe("module.so");
            d.Settings["privateKeyPath"] = $"pkcs11:token=t;object=k?module-path={d.PathOf("module.so")}&pin-value=1";
        }),
        With("address of the key's hardware is none", "privateKeyPath", "privateKeyPath", "pkcs11:%%%"),
    ];

    private static IEnumerable<BrokenStart> Trust() =>
    [
        Trusted("trusted certificates without one", "it holds PRIVATE KEY (line 1)", d => System.IO.File.Copy(d.PathOf("private.key"), d.PathOf("ca.pem"))),
        Trusted("trusted certificates are empty", "it is empty", d => d.Write("ca.pem", "")),
        Trusted("trusted certificates are not there", "does not exist", _ => { }),
        Trusted("trusted certificates are a folder", "it is a folder", d => Directory.CreateDirectory(d.PathOf("ca.pem"))),
        Trusted("trusted certificates never end", "it is a named pipe", d => d.Pipe("ca.pem")),
        Trusted("trusted certificates are damaged", "caPath", d => d.Write("ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")),
        Trusted("trusted certificates may not be read by the service's user", "cannot be read", d =>
        {
            System.IO.File.Copy(d.PathOf("certificate.pem"), d.PathOf("ca.pem"));
            d.SetMode("ca.pem", 0);
            d.AsServiceUser = true;
        }),
    ];

    private static IEnumerable<BrokenStart> Sources() =>
    [
        Replay("recording is not there", "there is no such file", _ => { }),
        Replay("recording is a folder", "r.csv", d => Directory.CreateDirectory(d.PathOf("r.csv"))),
        Replay("recording is a pipe", "is a named pipe, not a file", d => d.Pipe("r.csv")),
        Replay("recording is empty", "source.file", d => d.Write("r.csv", "")),
        Replay("recording may not be read by the service's user", "cannot be read", d =>
        {
            d.Write("r.csv", "timestamp,temp\n2026-01-05T10:00:00Z,1\n");
            d.SetMode("r.csv", 0);
            d.AsServiceUser = true;
        }),
        new("sensors' folder is not there", "there is no such folder", d => d.Settings["source"] = new JsonObject { ["kind"] = "linux", ["sysfsRoot"] = "none" }),
        new("recording that does not come with the agent", "there is builtin:occupancy", d => d.Settings["source"] = new JsonObject { ["kind"] = "replay", ["file"] = "builtin:none" }),
    ];

    private static IEnumerable<BrokenStart> Local() =>
    [
        In("socket's path is longer than the kernel takes", "is longer than 107 bytes", "endpoint", "socket", new string('s', 100)),
        With("state directory is so deep that its socket is", "is longer than 107 bytes", "stateDirectory", new string('s', 100)),
        In("socket is a folder", "is a folder", "endpoint", "socket", "home"),
        In("socket's mode is decimal", "must be the octal file mode", "endpoint", "socketMode", "rw-rw----"),
        In("port is out of range", "must be a whole number from 1 to 65535", "endpoint", "port", 70_000),
        In("user that is none", "is no user of /etc/passwd", "credentials", "allowedUsers", new JsonArray("no-such-user")),
        new("two listeners on one port", "is endpoint.port already", d =>
        {
            d.Section("endpoint")["port"] = 8080;
            d.Section("credentials")["port"] = 8080;
        }),
    ];

    private static IEnumerable<BrokenStart> State() =>
    [
        new("state directory is a file", "is a file", d => d.Write("state", "")),
        new("state directory below a file", "is a file; create it", d => d.Settings["stateDirectory"] = "agent.json/state", SpoolUnusable),
        new("state directory cannot be made by the service's user", "cannot be written to (Permission denied)", d =>
        {
            d.Write("closed/x", "");
            d.SetMode("closed", 555);
            d.Settings["stateDirectory"] = "closed/state";
            d.AsServiceUser = true;
        }, SpoolUnusable),
        new("spool of a newer agent", "it was written by a newer agent", d => NewerSpool(d.PathOf("state/spool.db")), SpoolUnusable),
        new("spool is a pipe", "is a named pipe, not a file: move it away", d =>
        {
            Directory.CreateDirectory(d.PathOf("state"));
            d.Pipe("state/spool.db");
        }, SpoolUnusable),
        new("note on the certificate's change cannot be read", "certificate.json", d =>
        {
            d.Write("state/certificate.json", "{}");
            d.SetMode("state/certificate.json", 0);
            d.AsServiceUser = true;
        }),
    ];

    private static IEnumerable<BrokenStart> Rotations() =>
    [
        new("change of the certificate was cut off, and its folder is read-only now", "a new certificate cannot take its place", d =>
        {
            CutOffRotation.Put(d, "identities");
            d.SetMode("identities", 555);
            d.AsServiceUser = true;
        }),
        new("change of the certificate was cut off, and the state directory is read-only now", "a new certificate cannot take its place", d =>
        {
            CutOffRotation.Put(d, "identities");
            d.SetMode("state", 555);
            d.AsServiceUser = true;
        }),
        new("change of the certificate was cut off, and the new key is lost", "does not match", d =>
        {
            CutOffRotation.Put(d, "identities");
            System.IO.File.Delete(d.PathOf("identities/private.key.next"));
        }),
    ];

    private static BrokenStart Configuration(string name, string words, string content) => Configuration(name, words, Encoding.UTF8.GetBytes(content));

    private static BrokenStart Configuration(string name, string words, byte[] content) => new(name, words, d => d.Configuration = content);

    private static BrokenStart Raw(string name, string words, Func<string, string> change) =>
        new(name, words, d => d.Configuration = Encoding.UTF8.GetBytes(change(d.Settings.ToJsonString())));

    private static BrokenStart Set(string name, string words, params string[] assignments) => new(name, words, d => d.Arguments.AddRange(assignments.SelectMany(a => new[] { "--set", a })));

    private static BrokenStart Variable(string name, string words, string variable, string value) => new(name, words, d => d.Environment[variable] = value);

    private static BrokenStart With(string name, string words, string key, JsonNode? value) => new(name, words, d => d.Settings[key] = value?.DeepClone());

    private static BrokenStart In(string name, string words, string section, string key, JsonNode value) => new(name, words, d => d.Section(section)[key] = value.DeepClone());

    private static BrokenStart Trusted(string name, string words, Action<DeviceFolder> write) => new(name, words, d =>
    {
        d.Settings["caPath"] = "ca.pem";
        write(d);
    });

    private static BrokenStart Replay(string name, string words, Action<DeviceFolder> write) => new(name, words, d =>
    {
        d.Settings["source"] = new JsonObject { ["kind"] = "replay", ["file"] = "r.csv" };
        write(d);
    });

    private static void NewerSpool(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL; CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID; INSERT INTO marks VALUES ('version', 99); PRAGMA user_version = 99";
        command.ExecuteNonQuery();
    }
}
