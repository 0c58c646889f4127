using System.Text.Json;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Shadow;

namespace DeviceAgent.IntegrationTests.Identity;

/// <summary>The agent with its key in a token of SoftHSM2.</summary>
public sealed class HardwareKeyTests
{
    private const string Thing = "thermostat-01";

    [Theory]
    [Trait(EveryCpu.Name, EveryCpu.Value)]
    [InlineData("ec")]
    [InlineData("rsa")]
    public async Task Agent_KeyInHardware_Uploads(string label)
    {
        using var token = await Token.CreateAsync();
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);
        var folder = Path.GetDirectoryName(configuration)!;
        // The CSR as docs/hardware-keys.md has it: by OpenSSL's engine, signed in the token.
        (await cloud.ShellAsync(
            $$"""
            export SOFTHSM2_CONF='{{token.Environment["SOFTHSM2_CONF"]}}'
            cd '{{folder}}'
            openssl req -new -engine pkcs11 -keyform engine -key '{{Token.Uri(label)}};type=private?pin-value={{Token.Pin}}' -subj /CN={{Thing}} -out device.csr
            aws iot create-certificate-from-csr --certificate-signing-request file://device.csr --set-as-active --certificate-pem-outfile certificate.pem >created.json
            rm private.key
            (umask 077; printf '%s\n' '{{Token.Pin}}' > pin)
            """)).Succeeded();
        var created = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "created.json"))).RootElement.GetProperty("certificateId").GetString()!;
        Replace(cloud.Cloud.Registry, created);

        await using var agent = RunningAgent.Run(
            configuration, [$"privateKeyPath={Token.Uri(label)}?pin-source=file:{folder}/pin", "logLevel=trace"], token.Environment);
        await cloud.WaitForRowsAsync(Thing, 25, agent);
        Assert.Equal(0, await agent.TerminateAsync());

        var secrets = new Canaries();
        secrets.Add(Token.Pin);
        secrets.AssertNone(agent.Output, "what the agent printed");
        secrets.AssertNone(cloud.Cloud.Shadows.Find(ShadowKey.Of(Thing, ShadowService.AgentShadow)!)?.ToJsonString() ?? "", "the shadow, if there is one yet");
        secrets.AssertNoneInFiles(folder, "pin");
        Assert.Null(cloud.Cloud.Activity.Of(Thing).LastRefusal);
        Assert.Empty((await LandedReadings.CompareAsync(cloud.DynamoDb, Thing, RoomReadings.Load(), CancellationToken.None)).Faults);
    }

    /// <summary>The thing has this certificate in place of its first one.</summary>
    private static void Replace(RegistryService registry, string certificateId)
    {
        var old = registry.Principals.OfThing(Thing).Single().CertificateId;
        foreach (var policy in registry.PolicyTargets.PoliciesOf(old)) registry.PolicyTargets.Attach(policy.Name, certificateId);
        registry.Principals.Attach(Thing, certificateId, exclusive: false);
        registry.Principals.Detach(Thing, old);
        registry.Certificates.Update(old, CertificateStatus.Inactive);
    }

    [Fact]
    public async Task Check_HardwareOutOfOrder_SaysWhatAndWhatToDo()
    {
        using var token = await Token.CreateAsync();
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);

        await RefusesAsync("?pin-value=canary-wrong", null, "refuses the PIN (PIN incorrect", "a token locks");
        await RefusesAsync("", null, "asks for a PIN and none is configured", "?pin-source=file:FILE");
        await RefusesAsync("?pin-value=canary", "OPENSSL_ENGINES=/nowhere", "engine 'pkcs11' cannot be loaded", "apt-get install libengine-pkcs11-openssl");
        await RefusesAsync("?pin-value=canary", "PKCS11_MODULE_PATH=/nowhere/module.so", "PKCS#11 module cannot be loaded", "module-path=FILE");

        async Task RefusesAsync(string query, string? variable, string what, string remedy)
        {
            var environment = new Dictionary<string, string>(token.Environment);
            if (variable?.Split('=') is [var name, var value]) environment[name] = value;
            await using var check = RunningAgent.Start(
                ["check", "--config", configuration, "--set", $"privateKeyPath={Token.Uri("ec")}{query}", "--set", "logLevel=trace"], environment);
            Assert.Equal(78, await check.WaitForExitAsync());
            Assert.Contains($"privateKeyPath = {Token.Uri("ec")}: ", check.Output);
            Assert.Contains(what, check.Output);
            Assert.Contains(remedy, check.Output);
            Assert.DoesNotContain("canary", check.Output);
        }
    }
}
