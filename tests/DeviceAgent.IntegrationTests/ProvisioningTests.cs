using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Broker;

namespace DeviceAgent.IntegrationTests;

/// <summary>Fleet provisioning with clients that we did not write: the AWS CLI for the operator, mosquitto's and openssl for the device.</summary>
public sealed class ProvisioningTests
{
    private const string Role = "device-agent-provisioning";

    private static readonly TestbedOptions Options = new() { BrokerLimits = new BrokerLimits { ConnectInterval = TimeSpan.Zero } };

    /// <summary>A second template beside the testbed's own: both have the role, each has policies of its own, and neither gets in the other's way.</summary>
    [Fact]
    public async Task SetupScript_SecondTemplateRunTwiceAndTeardown_ChangesNothing()
    {
        await using var cloud = await TestCloud.StartAsync();
        var (registry, roles, templates) = (cloud.Cloud.Registry, cloud.Cloud.Iam.Roles, cloud.Cloud.Templates);
        var (before, roleBefore) = (SetupTests.Inventory(cloud), roles.Get(Role).InlinePolicies);
        var command = $"scripts/aws-provisioning-setup.sh --template boilers --allow-alias boilers-next --directory '{cloud.Directory}/boilers'";

        var first = (await cloud.ShellAsync(command)).Succeeded();
        var second = (await cloud.ShellAsync(command)).Succeeded();

        Assert.Equal(first, second);
        Assert.Equal(1, registry.Policies.All.Count(p => p.Name == "boilers-claim"));
        var body = templates.Get("boilers").Default.Body;
        Assert.Contains("\"PolicyName\": \"assume-boilers-next\"", body);
        Assert.Contains("\"PolicyName\": \"device-agent-boilers\"", body);
        Assert.Contains("topic/$aws/provisioning-templates/boilers/provision/json\"", registry.Policies.Get("device-agent-boilers").Default.Document);
        Assert.Contains("policy/device-agent-boilers\"", roles.GetInlinePolicy(Role, "provision-boilers"));
        Assert.Equal(roleBefore["provision"], roles.GetInlinePolicy(Role, "provision"));
        Assert.DoesNotContain("boilers", registry.Policies.Get("device-agent").Default.Document);

        // The role's policy is somebody else's and stays, so the template may not ask for more either.
        var stale = await cloud.ShellAsync($"sed -i /^role-policy/d '{cloud.Directory}/boilers/aws-made'; {command} --allow-alias boilers-third");
        stale.Succeeded();
        Assert.Contains($"policy provision-boilers of role {Role} is not as in scripts/policies", stale.Error);
        Assert.Contains("template boilers is not as in scripts/policies, and stays as it is; --update-policies", stale.Error);
        Assert.Equal(body, templates.Get("boilers").Default.Body);

        (await cloud.ShellAsync($"echo 'role-policy {Role} provision-boilers' >>'{cloud.Directory}/boilers/aws-made'; {command} --teardown")).Succeeded();
        Assert.Equal(before, SetupTests.Inventory(cloud));
        Assert.Equal(roleBefore.Keys, roles.Get(Role).InlinePolicies.Keys);
        Assert.Null(templates.Find("boilers"));
        Assert.False(System.IO.Directory.Exists($"{cloud.Directory}/boilers"));
    }

    /// <summary>
    /// A claim made by the script, a certificate and a thing with it, credentials with the certificate; then the device renews its
    /// certificate with its own. Until its thing is registered a certificate gets nothing.
    /// </summary>
    [Fact]
    public async Task Device_WithAClaim_ProvisionsItselfAndRotates()
    {
        await using var cloud = await TestCloud.StartAsync(Options);
        var folder = System.IO.Directory.CreateDirectory(Path.Combine(cloud.Directory, "device")).FullName;
        const string script =
            """
            $REPOSITORY/scripts/aws-provisioning-setup.sh --directory operators-claim >/dev/null
            # ask CERTIFICATE-FOLDER CLIENT-ID TOPIC REQUEST-FILE: prints what comes on TOPIC/accepted.
            ask() { mosquitto_rr -V mqttv311 -W 30 -q 1 -h localhost -p $PORT --cafile $IOT_SERVER_CA --cert $1/certificate.pem --key $1/private.key -i $2 -t "$3" -e "$3/accepted" -m "$(cat $4)"; }
            json() { python3 -c "import json, sys; a = json.load(open('$1')); $2"; }
            # enrol CERTIFICATE-FOLDER CLIENT-ID NEW-FOLDER
            enrol() {
              mkdir $3
              openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=any -keyout $3/private.key -out $3/request.csr 2>/dev/null
              python3 -c "import json; print(json.dumps({'certificateSigningRequest': open('$3/request.csr').read()}))" >request.json
              ask $1 $2 '$aws/certificates/create-from-csr/json' request.json >created.json
              json created.json "open('$3/certificate.pem', 'w').write(a['certificatePem'])"
              credentials $3 | grep -o 'Certificate is invalid on this endpoint'
              json created.json "print(json.dumps({'certificateOwnershipToken': a['certificateOwnershipToken'], 'parameters': {'ThingName': 'boiler-07', 'SerialNumber': 'SN1'}}))" >register.json
              ask $1 $2 '$aws/provisioning-templates/device-agent/provision/json' register.json | grep -o '"thingName":"boiler-07"'
              credentials $3 | grep -o '"accessKeyId":"ASIA'
            }
            credentials() { curl -sS --cert $1/certificate.pem --key $1/private.key --cacert $IOT_SERVER_CA -H "x-amzn-iot-thingname: boiler-07" https://$CREDENTIALS/role-aliases/device-agent/credentials; }
            enrol operators-claim claim.new-device first
            enrol first boiler-07 second
            credentials first | grep -o '"accessKeyId":"ASIA'
            aws iot list-thing-principals --thing-name boiler-07 --query 'length(principals)'
            """;
        var prelude = $"export REPOSITORY='{Repository.Root}' PORT={cloud.Cloud.DataEndpoint.Split(':')[1]} CREDENTIALS={cloud.Cloud.CredentialsEndpoint}\n";

        var output = (await cloud.ShellAsync(prelude + script, folder)).Succeeded();

        const string enrolled = "Certificate is invalid on this endpoint\n\"thingName\":\"boiler-07\"\n\"accessKeyId\":\"ASIA\n";
        Assert.Equal(enrolled + enrolled + "\"accessKeyId\":\"ASIA\n2\n", output);
    }

    [Fact]
    public async Task AwsCli_ProvisioningTemplates_EveryOperation()
    {
        await using var cloud = await TestCloud.StartAsync();
        const string script =
            """
            iot() { aws iot "$@" --output text; }
            body='{"Resources":{"certificate":{"Type":"AWS::IoT::Certificate","Properties":{"CertificateId":{"Ref":"AWS::IoT::Certificate::Id"}}}}}'
            role=arn:aws:iam::123456789012:role/device-agent-provisioning
            iot create-provisioning-template --template-name boilers --template-body "$body" --provisioning-role-arn $role --enabled --query '[templateName,defaultVersionId]'
            iot create-provisioning-template-version --template-name boilers --template-body "$body" --set-as-default --query '[versionId,isDefaultVersion]'
            iot describe-provisioning-template-version --template-name boilers --version-id 1 --query isDefaultVersion
            iot list-provisioning-template-versions --template-name boilers --query 'versions[].versionId'
            iot delete-provisioning-template-version --template-name boilers --version-id 1
            iot update-provisioning-template --template-name boilers --no-enabled --description d
            iot describe-provisioning-template --template-name boilers --query '[enabled,description,defaultVersionId]'
            iot list-provisioning-templates --query 'templates[].templateName'
            iot create-provisioning-claim --template-name boilers --query 'length(certificateId)'
            iot delete-provisioning-template --template-name boilers
            iot create-provisioning-template --template-name boilers --template-body "$body" --provisioning-role-arn $role --pre-provisioning-hook targetArn=arn:aws:lambda:us-east-1:123456789012:function:f >hook.txt 2>&1 && exit 1
            grep -o 'does not play preProvisioningHook' hook.txt
            """;

        var output = (await cloud.ShellAsync(script, cloud.Directory)).Succeeded();

        Assert.Equal("boilers\t1\n2\tTrue\nFalse\n2\t1\nFalse\td\t2\nboilers\tdevice-agent\n64\ndoes not play preProvisioningHook\n", output);
    }
}
