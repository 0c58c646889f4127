using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using DeviceAgent.Commands.Doctor;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Storage;
using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.TestSupport;

namespace DeviceAgent.IntegrationTests.Doctor;

/// <summary>What goes wrong with devices, by name.</summary>
internal static class PlantedFaults
{
    private const string Year = "365.00:00:00";

    public static IReadOnlyDictionary<string, PlantedFault> All { get; } = new Dictionary<string, PlantedFault>
    {
        ["key misspelt"] = Set(CheckName.Configuration, "roleAlias", "roleAlais=device-agent"),
        ["value out of range"] = Set(CheckName.Configuration, "upload.parkedRetrySeconds", "upload.parkedRetrySeconds=-1"),
        ["certificate file missing"] = Set(CheckName.Certificate, "the file does not exist", "certificatePath=none.pem"),
        ["certificate expired"] = new(CheckName.Certificate, "the certificate expired at", (_, d) => IdentityAsync(d, $"-{Year}", "-1.00:00:00")),
        ["certificate not yet valid"] = new(CheckName.Certificate, "the certificate is not valid before", (_, d) => IdentityAsync(d, "1.00:00:00", Year)),
        ["certificate ends soon"] = new(CheckName.Certificate, "the certificate expires at", (_, d) => SecondAsync(d, _ => { }, TimeProvider.System.GetUtcNow().AddDays(3))) { IsWarning = true },
        ["key file missing"] = Set(CheckName.PrivateKey, "the file does not exist", "privateKeyPath=none.key"),
        ["key of another certificate"] = new(CheckName.PrivateKey, "does not match the certificate", (_, d) => FileAsync("privateKeyPath", d, "other.key", SelfSigned("other").Key)),
        ["key open to others"] = new(CheckName.PrivateKey, "chmod 600", OpenKeyAsync),
        ["clock ten minutes behind"] = new(CheckName.Clock, "10 min behind", (b, _) => SwitchAsync(b, f => f with { ClockSkewSeconds = 600 })) { IsWarning = true },
        ["clock ten minutes ahead"] = new(CheckName.Clock, "10 min ahead", (b, _) => SwitchAsync(b, f => f with { ClockSkewSeconds = -600 })) { IsWarning = true },
        ["name does not resolve"] = Set(CheckName.Dns, "no-such-host.invalid could not be looked up", "credentialsEndpoint=no-such-host.invalid"),
        ["proxy down"] = new(CheckName.Proxy, "The proxy http://127.0.0.1:1 cannot be reached", (_, _) => Task.FromResult(new Planted { Environment = ProxyAt(1) })),
        ["proxy refuses"] = new(CheckName.Proxy, "(403)", (_, _) => ProxyAsync(new ConnectProxy { Answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n" })),
        ["proxy wants a password"] = new(CheckName.Proxy, "(407)", (_, _) => ProxyAsync(new ConnectProxy { Wants = "agent:right" })),
        ["port closed"] = Set(CheckName.Tcp, "Nothing accepts connections at localhost:1", "credentialsEndpoint=localhost:1"),
        ["endpoint silent"] = new(CheckName.Tls, "took the TCP connection and did not answer", (_, _) => SilentAsync("credentialsEndpoint", u => $"localhost:{u.Port}")),
        ["endpoint without TLS"] = new(CheckName.Tls, "TLS handshake", (b, _) => Planted.Settings($"credentialsEndpoint=localhost:{b.Cloud.Cloud.Host.Port(DeviceAgent.Testbed.Hosting.Listener.Console)}")),
        ["certificate of another authority"] = new(CheckName.Tls, "is not trusted", (_, d) => FileAsync("caPath", d, "other-ca.pem", SelfSigned("other").Certificate)),
        ["certificate of another name"] = new(CheckName.Tls, "was issued for another name (other.example)", (_, d) => ServerAsync(d, "other.example", $"-{Year}", Year)),
        ["certificate of the server expired"] = new(CheckName.Tls, "expired at", (_, d) => ServerAsync(d, "localhost", $"-{Year}", "-100.00:00:00")),
        ["certificate unknown"] = new(CheckName.Credentials, "does not accept the device's certificate", (_, d) => ForgottenAsync(d)),
        ["certificate unknown, TLS"] = new(CheckName.Credentials, "refused the device's certificate", UnknownByTlsAsync),
        ["certificate inactive"] = new(CheckName.Credentials, "--new-status ACTIVE", (_, d) => SecondAsync(d, id => d.Registry.Certificates.Update(id, CertificateStatus.Inactive))),
        ["thing not attached"] = new(CheckName.Credentials, "aws iot attach-thing-principal", (_, d) => SecondAsync(d, id => d.Registry.Principals.Detach(d.Thing, id))),
        ["policy not attached"] = new(CheckName.Credentials, "iot:AssumeRoleWithCertificate is not allowed", (_, d) => SecondAsync(d, id => d.Registry.PolicyTargets.Detach("assume-device-agent", id))),
        ["role alias misspelt"] = Set(CheckName.Credentials, "Is the role alias 'device-agnt' misspelt", "roleAlias=device-agnt"),
        ["role alias deleted"] = new(CheckName.Credentials, "The role alias gone does not exist", (_, d) => AliasAsync(d, "gone", null)),
        ["role does not trust"] = new(CheckName.Credentials, "trust policy does not name credentials.iot.amazonaws.com", (_, d) => AliasAsync(d, "distrusting", "iot.amazonaws.com")),
        ["provider at fault"] = new(CheckName.Credentials, "has a fault (503", (b, _) => SwitchAsync(b, f => f with { Credentials = new CredentialsFault { Status = 503 } })),
        ["provider throttles"] = new(CheckName.Credentials, "limits the rate of requests", (b, _) => SwitchAsync(b, f => f with { Credentials = new CredentialsFault { Status = 429 } })),
        ["table missing"] = new(CheckName.Table, "Create the table", (b, d) => TableAsync(b, d, null)) { NeedsOwnDevice = true },
        ["keys of other names"] = Set(CheckName.Table, "device (S), timestamp (S) is expected", "partitionKey=device"),
        ["key of another type"] = new(CheckName.Table, "has the key serial_number (S), timestamp (N)", (b, d) => TableAsync(b, d, ScalarAttributeType.N)) { NeedsOwnDevice = true },
        ["DynamoDB unreachable"] = Set(CheckName.Table, "DynamoDB was not reached", "dynamoDbEndpoint=http://127.0.0.1:1"),
        ["region wrong"] = Set(CheckName.Table, "check region ('eu-west-1')", "region=eu-west-1"),
        ["write not allowed"] = new(CheckName.Write, "dynamodb:BatchWriteItem", (_, _) => Task.FromResult(new Planted("--write", "--set", "roleAlias=device-agent-readonly"))),
        ["MQTT port closed"] = Set(CheckName.Mqtt, "localhost:1 cannot be reached (ConnectionRefused)", "mqttEndpoint=localhost:1"),
        ["MQTT not allowed"] = new(CheckName.Mqtt, "iot:Connect", (_, d) => DoneAsync(() => d.Registry.PolicyTargets.Detach("device-agent", d.CertificateId))) { NeedsOwnDevice = true },
        ["state directory impossible"] = Set(CheckName.StateDirectory, "belongs to the kernel", "stateDirectory=/proc/device-agent", "endpoint.socket=off"),
        ["quota larger than the partition"] = Set(CheckName.Disk, "Set spool.quotaMegabytes to", "spool.quotaMegabytes=1048576") with { IsWarning = true },
        ["disk nearly full"] = Set(CheckName.Disk, "readings are held in memory only", "spool.reserveMegabytes=1048576"),
        ["flash worn out"] = new(CheckName.Flash, "mmcblk9 is worn out: more than its life is used", (_, d) => FlashAsync(d, "0x02 0x0b")),
        ["flash worn"] = new(CheckName.Flash, "mmcblk9 is worn: up to 90 % of its life is used", (_, d) => FlashAsync(d, "0x09 0x01")) { IsWarning = true },
    };

    private static PlantedFault Set(string check, string text, params string[] settings) => new(check, text, (_, _) => Planted.Settings(settings));

    private static Task<Planted> DoneAsync(Action plant)
    {
        plant();
        return Planted.Settings();
    }

    private static Task<Planted> SwitchAsync(DoctorBed bed, Func<FaultSettings, FaultSettings> change)
    {
        bed.Cloud.Cloud.Faults.Update(change);
        return Task.FromResult(new Planted { Undo = () => ClearedAsync(bed) });
    }

    private static ValueTask ClearedAsync(DoctorBed bed)
    {
        bed.Cloud.Cloud.Faults.Clear();
        return ValueTask.CompletedTask;
    }

    private static (string Certificate, string Key) SelfSigned(string name, string from = $"-{Year}", string to = Year)
    {
        using var certificate = WrongServer.SelfSigned(name, Span(from), Span(to));
        using var key = certificate.GetECDsaPrivateKey()!;
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static TimeSpan Span(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>A certificate that the cloud does not know, with its own key.</summary>
    private static async Task<Planted> IdentityAsync(BedDevice device, string from, string to)
    {
        var (certificate, key) = SelfSigned(device.Thing, from, to);
        await WriteAsync(device.PathOf("dated.pem"), certificate);
        await WriteAsync(device.PathOf("dated.key"), key);
        return await Planted.Settings("certificatePath=dated.pem", "privateKeyPath=dated.key");
    }

    /// <summary>A second certificate of the thing, with all its rights, and then without some: an agent that runs has the first.</summary>
    private static async Task<Planted> SecondAsync(BedDevice device, Action<string> spoil, DateTimeOffset? notAfter = null)
    {
        var (record, files) = device.Registry.Certificates.CreateWithKeys(device.Thing, DeviceKeyKind.EcP256, CertificateStatus.Active, notAfter);
        await WriteAsync(device.PathOf("second.pem"), files.CertificatePem);
        await WriteAsync(device.PathOf("second.key"), files.PrivateKeyPem);
        var id = record.Id;
        device.Registry.Principals.Attach(device.Thing, id, exclusive: false);
        foreach (var policy in new[] { "assume-device-agent", "device-agent" }) device.Registry.PolicyTargets.Attach(policy, id);
        spoil(id);
        return await Planted.Settings("certificatePath=second.pem", "privateKeyPath=second.key");
    }

    private static async Task<Planted> FileAsync(string key, BedDevice device, string name, string content)
    {
        await WriteAsync(device.PathOf(name), content);
        return await Planted.Settings($"{key}={name}");
    }

    private static async Task<Planted> OpenKeyAsync(DoctorBed bed, BedDevice device)
    {
        File.Copy(device.PathOf("private.key"), device.PathOf("open.key"), overwrite: true);
        Planted.SetMode(device.PathOf("open.key"), 644);
        return await Planted.Settings("privateKeyPath=open.key");
    }

    private static async Task WriteAsync(string path, string content)
    {
        await File.WriteAllTextAsync(path, content + "\n");
        Planted.SetMode(path, 600);
    }

    private static Task<Planted> ProxyAsync(ConnectProxy proxy) => Task.FromResult(new Planted { Environment = ProxyAt(proxy.Port), Undo = proxy.DisposeAsync });

    private static Dictionary<string, string> ProxyAt(int port) => new() { ["HTTPS_PROXY"] = $"http://127.0.0.1:{port}", ["https_proxy"] = $"http://127.0.0.1:{port}", ["no_proxy"] = "" };

    private static Task<Planted> SilentAsync(string key, Func<Uri, string> value)
    {
        var hole = new BlackHole();
        return Task.FromResult(new Planted("--set", $"{key}={value(hole.Url)}")
        {
            Undo = () =>
            {
                hole.Dispose();
                return ValueTask.CompletedTask;
            },
        });
    }

    private static async Task<Planted> ServerAsync(BedDevice device, string name, string from, string to)
    {
        var certificate = WrongServer.SelfSigned(name, Span(from), Span(to));
        await WriteAsync(device.PathOf("both-ca.pem"), $"{await File.ReadAllTextAsync(device.PathOf("ca.pem"))}\n{certificate.ExportCertificatePem()}");
        var server = new WrongServer(certificate);
        return new Planted("--set", $"credentialsEndpoint=localhost:{server.Port}", "--set", "caPath=both-ca.pem") { Undo = server.DisposeAsync };
    }

    private static Task<Planted> ForgottenAsync(BedDevice device) => SecondAsync(device, id =>
    {
        device.Registry.Principals.Detach(device.Thing, id);
        device.Registry.Certificates.Update(id, CertificateStatus.Inactive);
        device.Registry.Certificates.Delete(id, force: true);
    });

    private static async Task<Planted> UnknownByTlsAsync(DoctorBed bed, BedDevice device)
    {
        var forgotten = await ForgottenAsync(device);
        bed.Cloud.Cloud.Faults.Update(f => f with { UnregisteredCertificate = UnregisteredCertificate.Tls });
        return forgotten with { Undo = () => ClearedAsync(bed) };
    }

    /// <param name="device">May use it.</param>
    /// <param name="alias">Its name.</param>
    /// <param name="trusted">The service that its role trusts; null: there is no such alias.</param>
    private static Task<Planted> AliasAsync(BedDevice device, string alias, string? trusted)
    {
        if (device.Registry.Policies.All.All(p => p.Name != $"assume-{alias}"))
        {
            if (trusted is not null) RoleAliases.Add(device.Bed.Cloud, alias, trusted, "dynamodb:*", isAllowed: false);
            device.Registry.Policies.Create($"assume-{alias}", $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:AssumeRoleWithCertificate","Resource":"{{DeviceAgent.Testbed.Registry.RoleAlias.ArnOf(alias)}}"}]}""");
        }

        device.Registry.PolicyTargets.Attach($"assume-{alias}", device.CertificateId);
        return Planted.Settings($"roleAlias={alias}");
    }

    /// <param name="bed">The cloud.</param>
    /// <param name="device">Whose table it is.</param>
    /// <param name="sortKey">The type of the sort key of the new one; null: none takes its place.</param>
    private static async Task<Planted> TableAsync(DoctorBed bed, BedDevice device, ScalarAttributeType? sortKey)
    {
        await bed.Cloud.DynamoDb.DeleteTableAsync(device.Thing);
        using var timeout = new CancellationTokenSource(RunningAgent.Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((await bed.Cloud.DynamoDb.ListTablesAsync(timeout.Token)).TableNames.Contains(device.Thing)) await poll.WaitForNextTickAsync(timeout.Token);
        if (sortKey is not null)
        {
            await bed.Cloud.DynamoDb.CreateTableAsync(new CreateTableRequest
            {
                TableName = device.Thing,
                BillingMode = BillingMode.PAY_PER_REQUEST,
                AttributeDefinitions = [new("serial_number", ScalarAttributeType.S), new("timestamp", sortKey)],
                KeySchema = [new("serial_number", KeyType.HASH), new("timestamp", KeyType.RANGE)],
            });
            while ((await bed.Cloud.DynamoDb.DescribeTableAsync(device.Thing, timeout.Token)).Table.TableStatus != TableStatus.ACTIVE) await poll.WaitForNextTickAsync(timeout.Token);
        }

        return await Planted.Settings();
    }

    /// <summary>A sysfs in which the state directory lies on an eMMC.</summary>
    private static Task<Planted> FlashAsync(BedDevice device, string life)
    {
        var sysfs = Directory.CreateDirectory(device.PathOf($"sysfs-{life.Replace(' ', '-')}")).FullName;
        var disk = Directory.CreateDirectory(Path.Combine(sysfs, "devices", "mmcblk9")).FullName;
        var partition = Directory.CreateDirectory(Path.Combine(disk, "mmcblk9p2")).FullName;
        File.WriteAllText(Path.Combine(partition, "partition"), "2\n");
        Directory.CreateDirectory(Path.Combine(disk, "device"));
        File.WriteAllText(Path.Combine(disk, "device", "life_time"), life + "\n");
        File.WriteAllText(Path.Combine(disk, "device", "pre_eol_info"), "0x01\n");
        var number = FileStatus.Of(device.PathOf("state"))!.Value.Device;
        var link = Path.Combine(Directory.CreateDirectory(Path.Combine(sysfs, "dev", "block")).FullName, string.Create(CultureInfo.InvariantCulture, $"{number >> 32}:{number & uint.MaxValue}"));
        if (!Path.Exists(link)) Directory.CreateSymbolicLink(link, partition);
        return Planted.Settings($"source.sysfsRoot={sysfs}");
    }
}
