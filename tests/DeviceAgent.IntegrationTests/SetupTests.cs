using System.Net;
using System.Text;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests;

/// <summary>An operator sets devices up with the AWS CLI, curl and openssl; the devices then upload.</summary>
public sealed class SetupTests
{
    /// <summary>
    /// What is only tried makes nothing; what is interrupted goes on and makes nothing twice, the key is its owner's alone; the device uploads; and all
    /// of it is taken back, but what others use, what was there before, and readings. One test: each call of the AWS CLI takes a second.
    /// </summary>
    [Fact]
    public async Task SetupScript_NewThingInterruptedAndTornDown_MakesADeviceThatUploadsAndLeavesWhatWasThere()
    {
        await using var cloud = await TestCloud.StartAsync();
        var other = await cloud.DeviceAsync();
        var folder = Path.Combine(cloud.Directory, "boiler-07");
        var script = $"umask 0; scripts/aws-setup.sh boiler-07 --thing-type boiler --role-alias fleet --allow-alias device-agent --role fleet-role --fleet --directory '{folder}'";
        var before = Inventory(cloud);

        var tried = (await cloud.ShellAsync($"{script} --dry-run")).Succeeded();
        Assert.Contains("would run: aws iot create-thing --thing-name boiler-07 --thing-type-name boiler\n", tried);
        Assert.Contains("would run: aws iot create-policy --policy-name assume-fleet --policy-document '{ ", tried);
        Assert.Contains("would run: aws dynamodb update-time-to-live --table-name boiler-07 ", tried);
        Assert.DoesNotContain("create-policy --policy-name assume-device-agent", tried);
        Assert.Equal(before, Inventory(cloud));
        Assert.False(Directory.Exists(folder));

        var interrupted = await cloud.ShellAsync($"AWS_MAX_ATTEMPTS=1 AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1 {script.Replace("umask 0; ", "")}");
        Assert.Equal(1, interrupted.ExitCode);
        Assert.Contains("aws-setup: aws dynamodb describe-table: ", interrupted.Error);
        var (key, half) = (await File.ReadAllTextAsync(Path.Combine(folder, "private.key")), Inventory(cloud));
        var done = (await cloud.ShellAsync(script)).Succeeded();
        Assert.Contains("It reads nothing itself: other programs on it hand in readings. To change that: source.kind in agent.json", done);
        Assert.Equal(key, await File.ReadAllTextAsync(Path.Combine(folder, "private.key")));
        Assert.Equal(half.Append("table boiler-07").Order(StringComparer.Ordinal), Inventory(cloud).Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(folder), file => Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), file));

        var (complete, elsewhere) = (Inventory(cloud), await cloud.ShellAsync($"scripts/aws-setup.sh boiler-07 --directory '{folder}-2'"));
        Assert.Equal(1, elsewhere.ExitCode);
        Assert.Contains($"there is no {folder}-2/certificate.pem: name the folder that holds it with --directory DIR", elsewhere.Error);
        Assert.Equal(complete, Inventory(cloud));
        Assert.False(Directory.Exists($"{folder}-2"));

        Assert.Contains("\"powerReturnSpreadSeconds\": 1200,", await File.ReadAllTextAsync(Path.Combine(folder, "agent.json")));
        await UploadAsync(cloud, folder);

        // AWS deletes a thing type five minutes after it was deprecated; the testbed takes requests that are not quite five minutes off its clock.
        var (registry, faults) = (cloud.Cloud.Registry, cloud.Cloud.Faults);
        var neighbour = registry.Principals.OfThing(TestCloud.Thing).Single().CertificateId;
        registry.PolicyTargets.Attach("assume-fleet", neighbour);
        faults.Update(f => f with { ClockSkewSeconds = -200 });
        var kept = (await cloud.ShellAsync($"{script} --teardown")).Succeeded();
        Assert.Contains("stays          table boiler-07: it holds readings", kept);
        Assert.Contains("stays          role alias fleet: policy assume-fleet", kept);
        Assert.Contains("stays          thing type boiler, deprecated: ", kept);
        Assert.EndsWith("with --delete-data to delete the table with its readings\n", kept, StringComparison.Ordinal);
        Assert.Equal([.. before, "policy assume-fleet", "role alias fleet", "role fleet-role", "table boiler-07", "thing type boiler"], Inventory(cloud));

        registry.PolicyTargets.Detach("assume-fleet", neighbour);
        faults.Update(f => f with { ClockSkewSeconds = 200 });
        (await cloud.ShellAsync($"{script} --teardown --delete-data")).Succeeded();
        faults.Clear();
        Assert.Equal(before, Inventory(cloud));
        Assert.False(Directory.Exists(folder));
        Assert.StartsWith("nothing ", (await cloud.ShellAsync($"{script} --teardown")).Succeeded(), StringComparison.Ordinal);
        Assert.True(File.Exists(other));
    }

    /// <summary>The device of the folder uploads what a program hands in, and nothing else, with what the script left there.</summary>
    private static async Task UploadAsync(TestCloud cloud, string folder)
    {
        var state = Path.Combine(cloud.Directory, "boiler-07-state");
        await using var agent = RunningAgent.Run(Path.Combine(folder, "agent.json"), "upload.maxDelaySeconds=1", $"stateDirectory={state}");
        await agent.WaitForOutputAsync("Local programs are answered on");
        using (var program = UnixHttp.Client(Path.Combine(state, "device-agent.sock")))
        using (var reading = new StringContent("""{"temperature":21.5}""", Encoding.UTF8, "application/json"))
        using (var answer = await program.PostAsync(new Uri("/v1/readings", UriKind.Relative), reading))
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await cloud.WaitForRowsAsync("boiler-07", 1, agent);

        Assert.Equal(0, await agent.TerminateAsync());
        var item = Assert.Single(await cloud.ItemsAsync("boiler-07"));
        Assert.Equal("boiler-07", item["serial_number"].S);
        Assert.Equal("21.5", item["temperature"].N);
        Assert.False(item.ContainsKey("simulated"));
        Assert.NotNull(item["expires_at"].N);
    }

    /// <summary>What the account holds, as far as the set-up scripts make it: first what every testbed has, then the rest in order.</summary>
    internal static List<string> Inventory(TestCloud cloud)
    {
        var registry = cloud.Cloud.Registry;
        IEnumerable<string> all =
        [
            .. registry.Things.All.Select(t => $"thing {t.Name}"),
            .. registry.ThingTypes.All.Select(t => $"thing type {t.Name}"),
            .. registry.Certificates.All.Select(c => $"certificate {c.Id} {c.Status}"),
            .. registry.Policies.All.Select(p => $"policy {p.Name}{(p.Versions.Count > 1 ? $" {p.Versions.Count} versions" : "")}"),
            .. registry.RoleAliases.All.Select(a => $"role alias {a.Name}"),
            .. cloud.Cloud.Iam.Roles.All.Select(r => $"role {r.Name}"),
            .. cloud.DynamoDb.ListTablesAsync().GetAwaiter().GetResult().TableNames.Select(t => $"table {t}"),
        ];
        return [.. all.OrderBy(line => line.Contains("fleet", StringComparison.Ordinal) || line.Contains("boiler", StringComparison.Ordinal)).ThenBy(line => line, StringComparer.Ordinal)];
    }

    /// <summary>The blog's order with an own CA: type, thing, CA, certificate, attach, role, policy, alias, IoT policy, test with curl.</summary>
    [Fact]
    public async Task Recipe_OwnCaAndRsaKey_CurlGetsCredentialsUntilTheCertificateIsInactive()
    {
        await using var cloud = await TestCloud.StartAsync();
        var folder = System.IO.Directory.CreateDirectory(Path.Combine(cloud.Directory, "operator")).FullName;
        const string recipe =
            """
            policies=$REPOSITORY/scripts/policies
            $REPOSITORY/certs-sample/make-certs.sh boiler-07 rsa certs
            cp certs/boiler-07/certificate.pem dev.pem; cp certs/boiler-07/private.key dev.key
            aws iot create-thing-type --thing-type-name boiler --thing-type-properties "thingTypeDescription=boilers,searchableAttributes=site,line"
            aws iot create-thing --thing-name boiler-07 --thing-type-name boiler --attribute-payload '{"attributes":{"Owner":"ops"}}'
            CODE=$(aws iot get-registration-code --query registrationCode --output text)
            openssl req -newkey rsa:2048 -nodes -sha256 -subj "/CN=$CODE" -keyout v.key -out v.csr
            openssl x509 -req -in v.csr -CA certs/ca.pem -CAkey certs/ca.key -CAcreateserial -days 30 -sha256 -out v.pem
            aws iot register-ca-certificate --ca-certificate file://certs/ca.pem --verification-certificate file://v.pem --set-as-active --no-allow-auto-registration
            CERT_ARN=$(aws iot register-certificate --certificate-pem file://dev.pem --ca-certificate-pem file://certs/ca.pem --status ACTIVE --query certificateArn --output text)
            aws iot attach-thing-principal --thing-name boiler-07 --principal "$CERT_ARN"
            sed 's/@PARTITION@/aws/; s/@REGION@/us-east-1/; s/@ACCOUNT@/123456789012/' $policies/trust.json >trust.json
            aws iam create-role --role-name ddb-access --assume-role-policy-document file://trust.json --max-session-duration 43200
            sed 's/@PARTITION@/aws/; s/@REGION@/us-east-1/; s/@ACCOUNT@/123456789012/' $policies/dynamodb-own-table.json >ddb.json
            POLICY_ARN=$(aws iam create-policy --policy-name ddb-own-table --policy-document file://ddb.json --query Policy.Arn --output text)
            aws iam attach-role-policy --role-name ddb-access --policy-arn "$POLICY_ARN"
            echo '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetRole","iam:PassRole"],"Resource":"arn:aws:iam::123456789012:role/ddb-access"}]}' >passrole.json
            PASS_POLICY_ARN=$(aws iam create-policy --policy-name pass-ddb-access --policy-document file://passrole.json --query Policy.Arn --output text)
            aws iam attach-user-policy --user-name operator --policy-arn "$PASS_POLICY_ARN"
            aws iot create-role-alias --role-alias fleet-ddb --role-arn arn:aws:iam::123456789012:role/ddb-access --credential-duration-seconds 3600
            sed 's/@PARTITION@/aws/; s/@REGION@/us-east-1/; s/@ACCOUNT@/123456789012/; s/@ROLE_ALIAS@/fleet-ddb/' $policies/iot-assume-role.json >iotpol.json
            aws iot create-policy --policy-name fleet-creds --policy-document file://iotpol.json
            aws iot attach-policy --policy-name fleet-creds --target "$CERT_ARN"
            CRED_HOST=$(aws iot describe-endpoint --endpoint-type iot:CredentialProvider --query endpointAddress --output text)
            aws iot list-thing-principals --thing-name boiler-07 | grep "$CERT_ARN"
            aws iot list-attached-policies --target "$CERT_ARN" | grep fleet-creds
            aws iot describe-role-alias --role-alias fleet-ddb
            credentials() { curl -sS --cert dev.pem --key dev.key --cacert $IOT_SERVER_CA -H "x-amzn-iot-thingname: boiler-07" https://$CRED_HOST/role-aliases/fleet-ddb/credentials; }
            credentials | tee answer.json
            aws iot update-certificate --certificate-id "${CERT_ARN##*/}" --new-status INACTIVE
            credentials | tee refusal.json
            """;

        (await cloud.ShellAsync($"export REPOSITORY='{Repository.Root}'\n{recipe}", folder)).Succeeded();

        var answer = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "answer.json"))).RootElement.GetProperty("credentials");
        Assert.StartsWith("ASIA", answer.GetProperty("accessKeyId").GetString());
        Assert.NotEmpty(answer.GetProperty("sessionToken").GetString()!);
        Assert.Contains("Certificate is invalid on this endpoint", await File.ReadAllTextAsync(Path.Combine(folder, "refusal.json")));
    }
}
