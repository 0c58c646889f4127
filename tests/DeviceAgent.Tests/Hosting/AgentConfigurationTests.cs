using System.Collections;
using DeviceAgent.Hosting;
using DeviceAgent.Readings;
using DeviceAgent.Settings;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Tests.Hosting;

public sealed class AgentConfigurationTests : IDisposable
{
    private readonly TestDevice _device = new(TimeProvider.System);

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Load_SmallestConfiguration_FillsInTheDefaults()
    {
        var options = Load();

        Assert.Equal("boiler-07", options.Table.TableName);
        Assert.Equal("boiler-07", options.SerialNumber);
        Assert.Equal("serial_number", options.Table.PartitionKey);
        Assert.Equal("timestamp", options.Table.SortKey);
        Assert.Equal(Path.Combine(_device.Folder, "state"), options.StateDirectory);
        Assert.Equal(Path.Combine(_device.Folder, "device.crt"), options.Identity.CertificatePath);
        Assert.Equal(25, options.Upload.BatchSize);
        Assert.Equal(TimeSpan.FromSeconds(5), options.Upload.MaxDelay);
        Assert.Equal(64, options.Spool.GroupCommitReadings);
        Assert.Equal(LogLevel.Information, options.LogLevel);
        Assert.Null(options.Table.Endpoint);
        Assert.Null(options.Table.TimeToLive);
    }

    [Fact]
    public void Load_CommentsAndTrailingCommas_AreAllowed()
    {
        var text = File.ReadAllText(_device.ConfigurationPath);
        _device.WriteText("agent.json", "// the boiler\n" + text.Replace("\n}", ", /* end */\n}", StringComparison.Ordinal));
        Assert.Equal("boiler-07", Load().ThingName);
    }

    [Fact]
    public void Load_SameSettingInAllPlaces_TheLaterWins()
    {
        With("serialNumber", "\"file\"");
        Assert.Equal("file", Load().SerialNumber);
        Assert.Equal("environment", Load(environment: new() { ["DEVICE_AGENT_SERIALNUMBER"] = "environment" }).SerialNumber);
        Assert.Equal("line", Load(["serialNumber=line"], new() { ["DEVICE_AGENT_SERIALNUMBER"] = "environment" }).SerialNumber);
    }

    [Fact]
    public void Load_NestedSettingFromEnvironment_LeavesItsNeighboursAlone()
    {
        With("source", "{ \"kind\": \"linux\", \"intervalSeconds\": 7 }");
        var options = Load(environment: new() { ["DEVICE_AGENT_SOURCE__KIND"] = "stdin" });
        Assert.Equal(SourceKind.Stdin, options.Sources[0].Kind);
        Assert.Equal(TimeSpan.FromSeconds(7), options.Sources[0].Interval);
    }

    [Fact]
    public void Load_StaticAttributes_KeepTheirTypes()
    {
        With("attributes", "{ \"site\": \"007\", \"floor\": 2.50, \"heated\": true }");
        var attributes = Load().Table.StaticAttributes;
        Assert.Equal([new("site", new ReadingValue.String("007")), new("floor", new ReadingValue.Number("2.50")), new("heated", new ReadingValue.Bool(true))], attributes);
    }

    [Fact]
    public void Load_EncryptedKey_TakesThePasswordFromItsFile()
    {
        _device.WriteIdentity("device", "opensesame");
        _device.WriteText("password.txt", "opensesame\n");
        With("privateKeyPasswordFile", "\"password.txt\"");
        Assert.NotNull(Load().Identity.PrivateKeyPassword);
    }

    [Theory]
    [InlineData("ttl", "{ \"attribute\": \"expires_at\", \"days\": 30 }")]
    [InlineData("credentialsEndpoint", "\"localhost:8443\"")]
    [InlineData("dynamoDbEndpoint", "\"http://127.0.0.1:8000\"")]
    [InlineData("roleAlias", "\"a_b=c,d@e-f\"")]
    [InlineData("tableName", "\"my.table_1-x\"")]
    [InlineData("partitionKey", "\"id\"")]
    [InlineData("region", "\"us-gov-west-1\"")]
    [InlineData("logLevel", "\"Debug\"")]
    [InlineData("upload", "{ \"batchSize\": 1, \"maxDelaySeconds\": 0 }")]
    [InlineData("spool", "{ \"groupCommitSeconds\": 0 }")]
    [InlineData("reduction", "{ }")]
    [InlineData("reduction", "{ \"everySeconds\": 60, \"functions\": \"mean,count\", \"attributes\": { \"door\": { \"everySeconds\": 0, \"onChange\": true }, \"t\": { \"deadband\": 0.1 } } }")]
    [InlineData("rotation", "{ \"proofTimeoutSeconds\": 1, \"probationSeconds\": 0, \"probationBatches\": 1, \"heartbeat\": true }")]
    [InlineData("source", "{ \"kind\": \"replay\", \"file\": \"builtin:occupancy\", \"speed\": 0, \"repeat\": true }")]
    [InlineData("source", "{ \"kind\": \"replay\", \"file\": \"builtin:occupancy\", \"columns\": { \"CO2\": \"co2_ppm\" }, \"timestampColumn\": \"date\" }")]
    [InlineData("source", "{ \"kind\": \"simulated\", \"intervalSeconds\": \"0.5\", \"seed\": 1 }")]
    [InlineData("source", "{ \"kind\": \"linux\", \"names\": { \"1-0048/temp1\": \"inlet\", \"w1/28-0316a2794bff\": \"outlet\" } }")]
    [InlineData("source", "{ \"kind\": \"none\" }")]
    [InlineData("source", "{ \"kind\": \"simulated\", \"markSimulated\": false }")]
    public void Accepts(string key, string json)
    {
        With(key, json);
        Assert.Equal("boiler-07", Load().ThingName);
    }

    [Theory]
    [InlineData("thingName", "\"a:b\"", "thingName", "set tableName")]
    [InlineData("thingName", "\"ab\"", "thingName", "set tableName")]
    [InlineData("thingName", "\"a b\"", "thingName", "cannot be a thing name")]
    [InlineData("thingName", "\"a/b\"", "thingName", "cannot be a thing name")]
    [InlineData("thingName", "\"a+b\"", "thingName", "cannot be a thing name")]
    [InlineData("thingName", "\"boiler-#\"", "thingName", "cannot be a thing name")]
    [InlineData("thingName", "\"+\"", "thingName", "cannot be a thing name")]
    [InlineData("thingName", "\"a\\u001b[31m\"", "thingName", "cannot be a thing name")]
    [InlineData("thingName", "\"\"", "thingName", "must not be empty")]
    [InlineData("tableName", "\"ab\"", "tableName", "3 to 255")]
    [InlineData("roleAlias", "\"a b\"", "roleAlias", "1 to 128")]
    [InlineData("credentialsEndpoint", "\"https://x.amazonaws.com\"", "credentialsEndpoint", "scheme")]
    [InlineData("credentialsEndpoint", "\"host:99999\"", "credentialsEndpoint", "port")]
    [InlineData("region", "\"Frankfurt\"", "region", "eu-central-1")]
    [InlineData("certificatePath", "\"none.crt\"", "certificatePath", "does not exist")]
    [InlineData("privateKeyPath", "\"none.key\"", "privateKeyPath", "does not exist")]
    [InlineData("privateKeyPasswordFile", "\"none.txt\"", "privateKeyPasswordFile", "no such file")]
    [InlineData("caPath", "\"none.pem\"", "caPath", "does not exist")]
    [InlineData("caPath", "\"/dev/null\"", "caPath", "it is a device, not a file")]
    [InlineData("caPath", "\"/proc/self/mem\"", "caPath", "cannot be read")]
    [InlineData("dynamoDbEndpoint", "\"localhost:8000\"", "dynamoDbEndpoint", "http://localhost:8000")]
    [InlineData("stateDirectory", "\"device.crt\"", "stateDirectory", "is a file")]
    [InlineData("sortKey", "\"serial_number\"", "sortKey", "differ")]
    [InlineData("ttl", "{ \"days\": 3 }", "ttl.attribute", "is missing")]
    [InlineData("ttl", "{ \"attribute\": \"x\", \"days\": 0 }", "ttl.days", "from 1 to 36500")]
    [InlineData("attributes", "{ \"a\": [1] }", "attributes.a", "must be a string")]
    [InlineData("attributes", "{ \"timestamp\": 1 }", "attributes.timestamp", "name of a key")]
    [InlineData("attributes", "{ \"a\": 1e999 }", "attributes.a", "outside the range")]
    [InlineData("source", "{ }", "source.kind", "is missing")]
    [InlineData("source", "\"simulated\"", "source", "must be an object")]
    [InlineData("source", "{ \"kind\": \"simulated\", \"markSimulated\": \"no\" }", "source.markSimulated", "true or false")]
    [InlineData("source", "{ \"kind\": \"simulatd\" }", "source.kind", "did you mean 'simulated'?")]
    [InlineData("source", "{ \"kind\": \"simulated\", \"intervalSeconds\": 0 }", "source.intervalSeconds", "from 0.01 to 86400")]
    [InlineData("source", "{ \"kind\": \"simulated\", \"intervalSeconds\": \"soon\" }", "source.intervalSeconds", "must be a number")]
    [InlineData("source", "{ \"kind\": \"replay\" }", "source.file", "is missing")]
    [InlineData("source", "{ \"kind\": \"replay\", \"file\": \"none.csv\" }", "source.file", "no such file")]
    [InlineData("source", "{ \"kind\": \"replay\", \"file\": \"builtin:none\" }", "source.file", "builtin:occupancy")]
    [InlineData("source", "{ \"kind\": \"replay\", \"file\": \"builtin:occupancy\", \"timestampColumn\": \"when\" }", "source.file", "no column 'when'")]
    [InlineData("source", "{ \"kind\": \"replay\", \"file\": \"builtin:occupancy\", \"columns\": { \"Co2\": \"x\" } }", "source.file", "no column 'Co2'")]
    [InlineData("source", "{ \"kind\": \"replay\", \"file\": \"builtin:occupancy\", \"format\": \"xml\" }", "source.format", "csv, ndjson")]
    [InlineData("source", "{ \"kind\": \"linux\", \"sysfsRoot\": \"none\" }", "source.sysfsRoot", "no such folder")]
    [InlineData("source", "{ \"kind\": \"linux\", \"names\": { \"1-0048\": \"timestamp\" } }", "source.names.1-0048", "is the name of a key or of the TTL attribute")]
    [InlineData("source", "{ \"kind\": \"linux\", \"names\": { \"1-0048\": \"in\", \"1-0049\": \"in\" } }", "source.names.1-0049", "is the name of source.names.1-0048 already")]
    [InlineData("source", "{ \"kind\": \"linux\", \"names\": { \"1-0048\": \"\" } }", "source.names.1-0048", "must be the name of an attribute")]
    [InlineData("upload", "{ \"batchSize\": 26 }", "upload.batchSize", "from 1 to 25")]
    [InlineData("dataBudget", "{ \"megabytesPerDay\": 0.05 }", "dataBudget.megabytesPerDay", "credentials alone")]
    [InlineData("dataBudget", "{ \"megabytesPerMonth\": -1 }", "dataBudget.megabytesPerMonth", "0 to 1000000")]
    [InlineData("dataBudget", "{ \"bytesPerDay\": 1 }", "dataBudget.bytesPerDay", "is not a setting")]
    [InlineData("upload", "{ \"batchSize\": 2.5 }", "upload.batchSize", "whole number")]
    [InlineData("reduction", "{ \"everySeconds\": 0.5 }", "reduction.everySeconds", "or at least 1")]
    [InlineData("reduction", "{ \"every\": 60 }", "reduction.every", "is not a setting")]
    [InlineData("reduction", "{ \"functions\": [\"meen\"] }", "reduction.functions", "did you mean 'mean'?")]
    [InlineData("reduction", "{ \"deadband\": -1 }", "reduction.deadband", "from 0 to 1000000000")]
    [InlineData("reduction", "{ \"attributes\": { \"t\": 60 } }", "reduction.attributes.t", "must be an object")]
    [InlineData("reduction", "{ \"attributes\": { \"t\": { \"deadbandPercent\": 1001 } } }", "reduction.attributes.t.deadbandPercent", "from 0 to 1000")]
    [InlineData("reduction", "{ \"attributes\": { \"t\": { \"lateSeconds\": 1 } } }", "reduction.attributes.t.lateSeconds", "is not a setting")]
    [InlineData("spool", "{ \"groupCommitSeconds\": 31 }", "spool.groupCommitSeconds", "from 0 to 30")]
    [InlineData("rotation", "{ \"proofTimeoutSeconds\": 0 }", "rotation.proofTimeoutSeconds", "from 1 to 86400")]
    [InlineData("rotation", "{ \"probationBatches\": 0 }", "rotation.probationBatches", "from 1 to 1000")]
    [InlineData("rotation", "{ \"probation\": 5 }", "rotation.probation", "is not a setting")]
    [InlineData("logLevel", "\"loud\"", "logLevel", "information")]
    [InlineData("allowInsecureKeyPermissions", "\"maybe\"", "allowInsecureKeyPermissions", "true or false")]
    [InlineData("rolealas", "\"x\"", "rolealas", "did you mean 'roleAlias'?")]
    [InlineData("upload", "{ \"batchsizes\": 3 }", "upload.batchsizes", "did you mean 'batchSize'?")]
    public void Rejects(string key, string json, string expectedKey, string expectedText)
    {
        With(key, json);
        var errors = LoadErrors();
        Assert.Contains(errors, e => e.Key == expectedKey && e.Problem.Contains(expectedText, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("thingName")]
    [InlineData("roleAlias")]
    [InlineData("credentialsEndpoint")]
    [InlineData("region")]
    [InlineData("certificatePath")]
    [InlineData("stateDirectory")]
    public void Rejects_MissingSetting(string key)
    {
        _device.WriteConfiguration(TestDevice.Valid().Where(s => s.Key != key));
        var error = Assert.Single(LoadErrors());
        Assert.Equal(key, error.Key);
        Assert.Contains("is missing", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_NoSourceAndNoWayForOtherProgramsToHandInReadings()
    {
        With("source", "{ \"kind\": \"none\" }");
        var error = Assert.Single(LoadErrors(["endpoint.socket=off"]));
        Assert.Equal("source.kind", error.Key);
        Assert.Contains("no reading can come in: endpoint.socket is off", error.Problem, StringComparison.Ordinal);
        With("endpoint", "{ \"socket\": \"off\", \"port\": 8001 }");
        Assert.Equal("boiler-07", Load().ThingName);
        With("endpoint", "{ \"socket\": \"off\" }");
        With("credentials", "{ \"port\": 8555 }");
        Assert.Equal("boiler-07", Load().ThingName);
    }

    [Fact]
    public void Rejects_MarkWithTheNameOfTheTtlAttribute_UnlessItIsOff()
    {
        With("ttl", "{ \"attribute\": \"simulated\", \"days\": 30 }");
        var error = Assert.Single(LoadErrors());
        Assert.Equal("source.markSimulated", error.Key);
        With("source", "{ \"kind\": \"simulated\", \"markSimulated\": false }");
        Assert.Equal("boiler-07", Load().ThingName);
    }

    [Fact]
    public void Load_ManyErrors_AreReportedTogether()
    {
        With("region", "\"x\"");
        var errors = LoadErrors(["upload.batchSize=0", "source.kind=nothing", "bogus=1", "privateKeyPath=none.key", "noequals"], new() { ["DEVICE_AGENT_ROLEALIAS"] = "a b" });
        Assert.Equal(
            ["--set", "bogus", "privateKeyPath", "region", "roleAlias", "source.kind", "upload.batchSize"],
            errors.Select(e => e.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Load_KeyOfAnotherCertificate_IsRefused()
    {
        _device.WriteIdentity("other", password: null);
        var error = Assert.Single(LoadErrors(["privateKeyPath=other.key"]));
        Assert.Equal("privateKeyPath", error.Key);
        Assert.Contains("other.key", error.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WrongPassword_IsNeverShown()
    {
        _device.WriteIdentity("device", "opensesame");
        var errors = LoadErrors(["privateKeyPassword=hunter2-canary"]);
        Assert.NotEmpty(errors);
        Assert.DoesNotContain("hunter2-canary", string.Join("\n", errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"thingName\": ", "not valid JSON")]
    [InlineData("[1]", "must hold a JSON object")]
    [InlineData("{ \"thingName\": \"a\", \"thingName\": \"b\" }", "not valid JSON")]
    public void Load_FileThatIsNoConfiguration_SaysSo(string text, string expected)
    {
        _device.WriteText("agent.json", text);
        Assert.Contains(expected, Assert.Single(LoadErrors()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoFile_SaysSo()
    {
        File.Delete(_device.ConfigurationPath);
        Assert.Contains("no such file", Assert.Single(LoadErrors()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_KeyInTwoSpellings_IsRefused()
    {
        _device.WriteText("agent.json", File.ReadAllText(_device.ConfigurationPath).Replace("\n}", ", \"RoleAlias\": \"other\"\n}", StringComparison.Ordinal));
        Assert.Contains("is set more than once, as roleAlias and RoleAlias", Assert.Single(LoadErrors()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_EndpointOfTheSdks_CountsUnlessTheFileHasOne()
    {
        var environment = new Dictionary<string, string> { ["AWS_ENDPOINT_URL_DYNAMODB"] = "http://localhost:8000" };
        Assert.Equal(new Uri("http://localhost:8000"), Load(environment: environment).Table.Endpoint);
        Assert.Equal(new Uri("http://localhost:9000"), Load(["dynamoDbEndpoint=http://localhost:9000"], environment).Table.Endpoint);
        Assert.Contains("(AWS_ENDPOINT_URL_DYNAMODB)", Assert.Single(LoadErrors(environment: new() { ["AWS_ENDPOINT_URL_DYNAMODB"] = "nonsense" })).Problem, StringComparison.Ordinal);
    }

    /// <summary>Other users' programs may enter what systemd makes for the unit, and not the state directory.</summary>
    [Fact]
    public void Load_RuntimeDirectoryOfSystemd_HasTheSocketUnlessTheFileSaysWhere()
    {
        var environment = new Dictionary<string, string> { ["RUNTIME_DIRECTORY"] = "/run/device-agent:/run/other" };
        var endpoint = Load(environment: environment).Endpoint;
        Assert.Equal(("/run/device-agent/device-agent.sock", null), (endpoint.Socket, endpoint.SocketOfService));
        Assert.Equal(["/run/agent.sock"], Load(["endpoint.socket=/run/agent.sock"], environment).Endpoint.Sockets);
        Assert.Empty(Load(["endpoint.socket=off"], environment).Endpoint.Sockets);
    }

    [Theory]
    [InlineData("/var/lib/device-agent", "/run/device-agent/device-agent.sock", "/var/lib/device-agent/device-agent.sock")]
    [InlineData("/srv/agent", "/srv/agent/device-agent.sock")]
    public void Load_NoRuntimeDirectory_LooksForTheAgentOfTheUnitToo(string stateDirectory, params string[] sockets) =>
        Assert.Equal(sockets, AgentConfiguration.LoadOptions(_device.ConfigurationPath, new Hashtable(), [$"stateDirectory={stateDirectory}"]).Endpoint.Sockets);

    [Fact]
    public void Load_StateDirectoryTooDeepForItsSocket_IsRefusedUnlessTheSocketIsElsewhere()
    {
        string[] deep = [$"stateDirectory={new string('s', 110)}"];
        Assert.Equal("endpoint.socket", Assert.Single(LoadErrors(deep)).Key);
        Assert.NotNull(Load([.. deep, "endpoint.socket=/run/device-agent.sock"]));
        Assert.Null(Load([.. deep, "endpoint.socket=off"]).Endpoint.Socket);
    }

    [Theory]
    [InlineData("5.0")]
    [InlineData("5e0")]
    [InlineData("\" 5\"")]
    public void Load_WholeNumberInAnotherForm_IsRead(string json)
    {
        With("upload", $"{{ \"batchSize\": {json} }}");
        Assert.Equal(5, Load().Upload.BatchSize);
    }

    [Fact]
    public void Load_ZeroCharacterInAPath_IsSaidOnce()
    {
        With("stateDirectory", "\"a\\u0000b\"");
        Assert.Contains("zero character", Assert.Single(LoadErrors(), e => e.Key == "stateDirectory").Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DEVICE_AGENT_FOO", "DEVICE_AGENT_FOO: is not a setting (environment)")]
    [InlineData("DEVICE_AGENT_SOURCE__FOO", "DEVICE_AGENT_SOURCE__FOO: is not a setting (environment)")]
    [InlineData("DEVICE_AGENT_SOURCE_KIND", "DEVICE_AGENT_SOURCE_KIND: is not a setting; did you mean DEVICE_AGENT_SOURCE__KIND, with two underscores behind the section? (environment)")]
    [InlineData("DEVICE_AGENT_ROLE_ALIAS", "DEVICE_AGENT_ROLE_ALIAS: is not a setting; did you mean DEVICE_AGENT_ROLEALIAS? (environment)")]
    [InlineData("DEVICE_AGENT_CREDENTIALS_ENDPOINT", "DEVICE_AGENT_CREDENTIALS_ENDPOINT: is not a setting; did you mean DEVICE_AGENT_CREDENTIALSENDPOINT? (environment)")]
    public void Load_VariableOfNoSetting_IsNamedInFull(string variable, string expected) =>
        Assert.Equal(expected, Assert.Single(LoadErrors(environment: new() { [variable] = "x" })).ToString());

    private void With(string key, string json)
    {
        var settings = TestDevice.Valid();
        settings[key] = json;
        _device.WriteConfiguration(settings);
    }

    private AgentOptions Load(string[]? assignments = null, Dictionary<string, string>? environment = null)
    {
        var (options, identity) = AgentConfiguration.Load(_device.ConfigurationPath, new Hashtable(environment ?? []), assignments ?? []);
        identity.Dispose();
        return options;
    }

    private IReadOnlyList<ConfigurationError> LoadErrors(string[]? assignments = null, Dictionary<string, string>? environment = null) =>
        Assert.Throws<ConfigurationException>(() => Load(assignments, environment)).Errors;
}
