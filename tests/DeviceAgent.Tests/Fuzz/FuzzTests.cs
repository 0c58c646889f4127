using System.Collections;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Control;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Control.Jobs;
using DeviceAgent.Control.Shadow;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Provider;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Credentials.Transport;
using DeviceAgent.Hosting;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;
using DeviceAgent.Settings;
using DeviceAgent.Tests.Control;
using DeviceAgent.Tests.Hosting;
using DeviceAgent.Tests.Local;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Fuzz;

/// <summary>Whatever comes in from outside, changed at random: an answer in words, never an unhandled exception, a hang or memory without end.</summary>
[Collection(FuzzAlone.Name)]
public sealed class FuzzTests : IDisposable
{
    private const string Canary = "canary-secret-access-key";
    private const string Password = "opensesame";

    private static TimestampReader Timestamps => new(TimestampUnit.Auto, null, TimeProvider.System);

    private readonly TestDevice _device = new(TimeProvider.System);
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _device.Dispose();
    }

    [Fact]
    public Task Configuration()
    {
        var full = TestDevice.Valid();
        full["attributes"] = """{ "site": "007", "floor": 2.5, "heated": true }""";
        full["upload"] = """{ "batchSize": 25, "maxDelaySeconds": 5 }""";
        full["spool"] = """{ "whenFull": "refuseNew" }""";
        full["ttl"] = """{ "attribute": "expires_at", "days": 30 }""";
        full["mqttEndpoint"] = "\"prefix-ats.iot.us-east-1.amazonaws.com\"";
        full["dynamoDbEndpoint"] = "\"http://127.0.0.1:8000\"";
        full["caPath"] = "\"device.crt\"";
        full["source"] = """{ "kind": "replay", "file": "builtin:occupancy", "speed": 0, "columns": { "a": "b" } }""";
        byte[][] corpus = [Configured(TestDevice.Valid()), Configured(full)];
        return FuzzRun.OfAsync(corpus, input =>
        {
            File.WriteAllBytes(_device.ConfigurationPath, input);
            try
            {
                var (_, identity) = AgentConfiguration.Load(_device.ConfigurationPath, new Hashtable(), []);
                identity.Dispose();
            }
            catch (ConfigurationException e)
            {
                Assert.NotEmpty(e.Message);
            }

            return Task.CompletedTask;
        });
    }

    [Fact]
    public Task Pem()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=boiler-07", ec, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(400));
        using var ofRsa = new CertificateRequest("CN=boiler-07", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(400));
        var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        var pem = certificate.ExportCertificatePem() + "\n";
        X509Certificate2Collection all = [certificate, ofRsa];
        byte[][] corpus =
        [
            Encoding.ASCII.GetBytes(pem + ec.ExportPkcs8PrivateKeyPem()),
            Encoding.ASCII.GetBytes(ec.ExportECPrivateKeyPem() + "\n" + pem),
            Encoding.ASCII.GetBytes(ofRsa.ExportCertificatePem() + "\n" + rsa.ExportRSAPrivateKeyPem()),
            Encoding.ASCII.GetBytes(pem + ec.ExportEncryptedPkcs8PrivateKeyPem(Password, encryption)),
            Encoding.ASCII.GetBytes((pem + ec.ExportPkcs8PrivateKeyPem()).Replace("\n", "\\n", StringComparison.Ordinal)),
            Encoding.ASCII.GetBytes(PemEncoding.WriteString("PKCS7", all.Export(X509ContentType.Pkcs7)!) + "\n" + ec.ExportPkcs8PrivateKeyPem()),
            certificate.RawData,
            all.Export(X509ContentType.Pkcs7)!,
            ec.ExportEncryptedPkcs8PrivateKey(Password, encryption),
            rsa.ExportRSAPrivateKey(),
            certificate.ExportPkcs12(new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10), Password),
        ];
        var (spoilt, valid, validKey) = (_folder.File("spoilt.pem"), _folder.Write("valid.pem", pem), _folder.Write("valid.key", ec.ExportPkcs8PrivateKeyPem()));
        return FuzzRun.OfAsync(corpus, input =>
        {
            File.WriteAllBytes(spoilt, input);
            Identity(spoilt, null);
            Identity(valid, spoilt);
            Identity(spoilt, validKey);
            try
            {
                foreach (var root in CertificateTrust.LoadRoots(spoilt)!) root.Dispose();
            }
            catch (DeviceIdentityException e)
            {
                Assert.NotEmpty(e.Problems);
            }

            return Task.CompletedTask;
        });

        static void Identity(string certificatePath, string? keyPath)
        {
            try
            {
                DeviceIdentity.Load(new() { CertificatePath = certificatePath, PrivateKeyPath = keyPath, PrivateKeyPassword = new Secret(Password), AllowInsecureKeyPermissions = true }).Dispose();
            }
            catch (DeviceIdentityException e)
            {
                Assert.NotEmpty(e.Problems);
                Assert.DoesNotContain(Password, e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public Task Csv() => Recording("spoilt.csv", """{ "kind": "replay", "file": "spoilt.csv", "speed": 0 }""",
    [
        "timestamp,temp,hum\n2026-01-05T10:00:00Z,21.5,40\n2026-01-05T10:00:01Z,21.6,41\n",
        "\"id\",\"date\",\"Temperature\",\"Place\"\r\n\"1\",\"2015-02-02 14:19:00\",23.7,\"Hall, \"\"north\"\"\"\r\n",
        "timestamp;temp\n2026-01-05T10:00:00.123456789Z;21.5\n",
        "time,temp\n1767607200,21.5\n1767607201,NA\n",
    ]);

    [Fact]
    public Task Ndjson() => Recording("spoilt.ndjson", """{ "kind": "replay", "file": "spoilt.ndjson", "speed": 0 }""",
    [
        "{\"timestamp\":\"2026-01-05T10:00:00Z\",\"serial_number\":\"SN1\",\"t\":21.5,\"place\":\"Hall\"}\n{\"timestamp\":1767607200,\"t\":[1,{\"a\":null}],\"b\":true}\n",
    ]);

    [Fact]
    public Task Stdin() => FuzzRun.OfAsync(
        ["{\"timestamp\":\"2026-01-05T10:00:00Z\",\"t\":21.5}\n\n{\"t\":1e3,\"serial_number\":\"SN2\"}\n"u8.ToArray()],
        async input =>
        {
            var source = new StdinSource(() => new MemoryStream(input), Timestamps, new LoopWatch(TimeProvider.System).Pulse("sensing"));
            try
            {
                await foreach (var sample in source.ReadAsync(CancellationToken.None)) Assert.True(sample.Line > 0);
            }
            catch (InvalidDataException e)
            {
                // None of it is text; the agent says so and ends.
                Assert.NotEmpty(e.Message);
            }
        });

    [Fact]
    public async Task PostedBody()
    {
        await using var endpoint = await TestEndpoint.StartAsync(maxReadingsPerSecond: 1_000_000);
        byte[][] corpus =
        [
            """[{"t":1,"timestamp":"2026-01-05T10:00:00Z"},{"serial_number":"SN2","u":{"a":[true,null,"x"]}}]"""u8.ToArray(),
            "{\"t\":1}\n{\"t\":2,\"timestamp\":1767607200.25}\n"u8.ToArray(),
            """{"ids":[1,2]}"""u8.ToArray(),
        ];
        await FuzzRun.OfAsync(corpus, async input =>
        {
            foreach (var (path, type) in new[] { ("/v1/readings", "application/json"), ("/v1/readings", "application/x-ndjson"), ("/v1/dead-letters/requeue", "application/json") })
            {
                using var response = await endpoint.PostAsync(path, new ByteArrayContent(input), type);
                Assert.True((int)response.StatusCode is 200 or (>= 202 and < 500), $"{path} {type}: {response.StatusCode}");
                if ((int)response.StatusCode >= 400) Assert.NotEqual(default, await TestEndpoint.JsonAsync(response));
            }
        });
    }

    [Fact]
    public Task ProviderAnswer()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var identity = new DeviceIdentity(new CertificateRequest("CN=boiler-07", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(400)));
        var now = new DateTimeOffset(2026, 1, 5, 10, 0, 0, TimeSpan.Zero);
        var context = new FailureContext("c0ffee.credentials.iot.us-east-1.amazonaws.com", "fleet-ddb", "boiler-07", identity, now);
        byte[][] corpus =
        [
            Encoding.UTF8.GetBytes("{\"credentials\":{\"accessKeyId\":\"ASIATEST00000000\",\"secretAccessKey\":\"" + Canary + "\",\"sessionToken\":\"token\",\"expiration\":\"2026-01-05T11:00:00Z\"}}"),
            """{"message":"Access Denied"}"""u8.ToArray(),
        ];
        return FuzzRun.OfAsync(corpus, async input =>
        {
            foreach (var status in new[] { HttpStatusCode.OK, HttpStatusCode.Forbidden })
            {
                using var response = new HttpResponseMessage(status) { Content = new ByteArrayContent(input) };
                var result = await new AnswerReader(TimeProvider.System).ReadAsync(response, now, context, CancellationToken.None);
                if (result is FetchResult.Failure failure && status == HttpStatusCode.OK) Assert.DoesNotContain(Canary, failure.Reason.ToString(), StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public async Task ShadowDocuments()
    {
        using var control = new ControlParts(_device);
        byte[][] corpus =
        [
            """{"state":{"desired":{"roleAlias":"fleet-v2","source":{"intervalSeconds":7},"upload":{"batchSize":10},"logLevel":"debug"},"reported":{"a":{"b":[1]}}},"metadata":{"desired":{"roleAlias":{"timestamp":1767607200},"source":{"intervalSeconds":{"timestamp":1767607201}}}},"version":7}"""u8.ToArray(),
            """{"state":{"desired":null,"reported":{}},"version":8}"""u8.ToArray(),
        ];
        var rounds = 2_000_000_000L;
        await FuzzRun.OfAsync(corpus, async input =>
        {
            if (CloudJson.TryParse(input) is not { } payload) return;
            await control.Reconciler.ReconcileAsync(ShadowDocument.Read(payload), CancellationToken.None);

            // The next one works.
            var level = ++rounds % 2 == 0 ? "debug" : "warning";
            var next = CloudJson.TryParse(Encoding.UTF8.GetBytes($$$$"""{"state":{"desired":{"logLevel":"{{{{level}}}}"}},"metadata":{"desired":{"logLevel":{"timestamp":{{{{rounds}}}}}}},"version":{{{{rounds}}}}}"""))!;
            await control.Reconciler.ReconcileAsync(ShadowDocument.Read(next), CancellationToken.None);
            Assert.Equal(ChangeResult.Applied, control.Runner.Last!.Outcome.Result);
        });
    }

    [Fact]
    public async Task JobDocuments()
    {
        using var control = new ControlParts(_device);
        byte[][] corpus =
        [
            """{"execution":{"jobId":"j1","executionNumber":1,"versionNumber":2,"status":"QUEUED","jobDocument":{"operation":"set-config","settings":{"source":{"intervalSeconds":10},"logLevel":null},"reset":["upload","spool.whenFull"],"expiresAt":"2030-01-01T00:00:00Z"}}}"""u8.ToArray(),
            """{"execution":{"jobId":"j2","executionNumber":"1","versionNumber":"2","jobDocument":{"operation":"rotate-role-alias","roleAlias":"fleet-v2"}},"executionState":{"status":"QUEUED","versionNumber":3}}"""u8.ToArray(),
        ];
        await FuzzRun.OfAsync(corpus, async input =>
        {
            if (CloudJson.TryParse(input) is not { } payload) return;
            JobExecution.ReadState(payload.Root);
            if (JobExecution.Read(payload, out _) is not { } execution) return;
            var document = JobDocument.Read(execution, TimeProvider.System.GetUtcNow());
            if ((document.Problem ?? control.Runner.FindProblem(document.Operation!, execution.Document)) is not null) return;
            var change = new ExecutingChange(PrintableText.Of(document.Operation!, 100), ChangeOrigin.Job, execution.JobId);
            var outcome = await control.Runner.RunAsync(change, document.Operation!, execution.Document, new Silent(), (record, _) => record, CancellationToken.None);
            Assert.NotEqual(ChangeCodes.Unexpected, outcome.Code);
            if (outcome.Result != ChangeResult.Applied) Assert.NotEmpty(outcome.Code!);
        });
    }

    [Fact]
    public Task ProxySettings()
    {
        byte[][] corpus = ["http://CORP\\user:p%23s@proxy.corp:3128"u8.ToArray(), "10.0.0.0/8, .example.com, [fd00::1]:443"u8.ToArray()];
        return FuzzRun.OfAsync(corpus, input =>
        {
            var text = Encoding.UTF8.GetString(input);
            var problems = new List<OptionProblem>();
            var setting = ProxySetting.Read(problems, http: true, name => name is "https_proxy" or "no_proxy" ? text : name == "HTTP_PROXY" ? $"http://user:{Canary}@{text}" : null);
            _ = setting.GetProxy(new Uri("https://example.com/"));
            Assert.DoesNotContain(Canary, string.Join('\n', problems), StringComparison.Ordinal);
            return Task.CompletedTask;
        });
    }

    /// <summary>As the agent replays a file: found fit first, then read to its end.</summary>
    private Task Recording(string name, string source, string[] corpus)
    {
        var path = _folder.File(name);
        return FuzzRun.OfAsync([.. corpus.Select(Encoding.UTF8.GetBytes)], async input =>
        {
            await File.WriteAllBytesAsync(path, input);
            var errors = new List<ConfigurationError>();
            var options = SourceOptions.Read(new SettingsReader("source", [new SettingsLayer(null, JsonNode.Parse(source)!.AsObject())], _folder.Path, errors), null, new HashSet<string>());
            if (errors.Count > 0 || RecordingFile.FindProblem(options) is not null) return;
            try
            {
                await foreach (var line in RecordingFile.Open(options, Timestamps).ReadAsync(CancellationToken.None)) Assert.True(line.Sample is null != line.Problem is null, $"line {line.Number} is both taken and refused, or neither");
            }
            catch (InvalidDataException e)
            {
                // None of it is text; the agent says so and ends.
                Assert.NotEmpty(e.Message);
            }
        });
    }

    private static byte[] Configured(Dictionary<string, string> settings) =>
        Encoding.UTF8.GetBytes("{\n" + string.Join(",\n", settings.Select(s => $"  \"{s.Key}\": {s.Value}")) + " // end\n}\n");

    private sealed class Silent : IChangeProgress
    {
        public void Reached(string step)
        {
        }
    }

    /// <summary>What a shadow or a job is carried out by.</summary>
    private sealed class ControlParts : IDisposable
    {
        private readonly CountedMetrics _metrics = new();

        public ControlParts(TestDevice device)
        {
            var (options, identity) = AgentConfiguration.Load(device.ConfigurationPath, new Hashtable(), ["mqttEndpoint=localhost:8883"]);
            identity.Dispose();
            Directory.CreateDirectory(options.StateDirectory);
            var stored = StoredSettings.Recall(options);
            var rotation = new FakeRotation();
            Runner = new OperationRunner(
                [rotation, new SetConfigOperation(stored.Settings, stored.Memory)], stored.Memory, _metrics.Metrics, new LoopWatch(TimeProvider.System), TimeProvider.System, NullLogger<OperationRunner>.Instance);
            Reconciler = new DesiredReconciler(Runner, stored.Memory, stored.Settings, () => rotation.Alias, NullLogger<DesiredReconciler>.Instance);
        }

        public OperationRunner Runner { get; }

        public DesiredReconciler Reconciler { get; }

        public void Dispose() => _metrics.Dispose();
    }
}
