using DeviceAgent.IntegrationTests.Control;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;

namespace DeviceAgent.IntegrationTests.Identity;

/// <summary>An operator replaces certificate and key by hand while the agent works.</summary>
public sealed class CertificateOnDiskTests
{
    private const string Thing = "thermostat-01";

    [Fact]
    public async Task Agent_CertificateReplacedUnderLoad_GoesOnWithTheNewOneAndNothingFails()
    {
        await using var cloud = await TestCloud.StartAsync(new TestbedOptions { CredentialLifetime = TimeSpan.FromSeconds(8) });
        var configuration = await cloud.DeviceAsync(Thing);
        await using var agent = RunningAgent.Run(
            configuration, "source.kind=simulated", "source.intervalSeconds=0.01", "upload.maxDelaySeconds=0.2", "spool.groupCommitSeconds=0.2");
        await cloud.WaitForRowsAsync(Thing, 100, agent);

        (await cloud.ShellAsync(
            $$"""
            cd '{{Path.GetDirectoryName(configuration)}}'
            umask 077
            openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out new.key
            openssl req -new -key new.key -subj /CN={{Thing}} -out new.csr
            arn=$(aws iot create-certificate-from-csr --certificate-signing-request file://new.csr --set-as-active --certificate-pem-outfile new.pem --query certificateArn --output text)
            old=$(aws iot list-thing-principals --thing-name {{Thing}} --query 'principals[0]' --output text)
            for p in $(aws iot list-attached-policies --target "$old" --query 'policies[].policyName' --output text); do aws iot attach-policy --policy-name "$p" --target "$arn"; done
            aws iot attach-thing-principal --thing-name {{Thing}} --principal "$arn"
            mv new.pem certificate.pem
            mv new.key private.key
            echo "$old" > old.arn
            """)).Succeeded();
        await agent.WaitForOutputAsync("The device's certificate was replaced");
        await agent.WaitForOutputAsync("The connection to AWS IoT is made anew");

        // The old one is worth nothing any more: what lands from here on does so by the new one.
        (await cloud.ShellAsync(
            $$"""
            arn=$(cat '{{Path.GetDirectoryName(configuration)}}/old.arn')
            aws iot detach-thing-principal --thing-name {{Thing}} --principal "$arn"
            aws iot update-certificate --certificate-id "${arn##*/}" --new-status INACTIVE
            """)).Succeeded();
        ControlledDevice.WantBatchSize(cloud, 24);
        await agent.WaitForOutputAsync("Change settings by shadow");
        var (requests, rows) = (cloud.Cloud.Activity.Of(Thing).CredentialRequests, (await cloud.ItemsAsync(Thing)).Count);
        await cloud.WaitForRowsAsync(Thing, rows + 600, agent);

        Assert.True(cloud.Cloud.Activity.Of(Thing).CredentialRequests > requests, "no credentials were fetched with the new certificate");
        Assert.Null(cloud.Cloud.Activity.Of(Thing).LastRefusal);
        Assert.Empty(cloud.Cloud.Activity.RefusedSignatures);
        Assert.False(agent.HasExited);
        var alarms = agent.Output.Split('\n').Where(l => l.Contains(" warn: ", StringComparison.Ordinal) || l.Contains(" error: ", StringComparison.Ordinal));
        Assert.Contains("the readings are made up", Assert.Single(alarms), StringComparison.Ordinal);
        Assert.Equal(0, await agent.TerminateAsync());
    }
}
