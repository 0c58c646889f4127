using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Testbed.Tests.Demo;

/// <summary>Testbeds one after the other in one folder, each with other ports.</summary>
public sealed class DeviceConfigurationTests : IDisposable
{
    private const string Thing = "thermostat-01";

    private readonly string _state = Directory.CreateTempSubdirectory("device-agent-configuration-").FullName;

    private string Folder => DeviceFolder.PathOf(_state, Thing);

    private string File => Path.Combine(Folder, DeviceConfiguration.FileName);

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public async Task Ensure_NotEdited_IsWrittenAnewForOtherPortsAndRates()
    {
        var (first, port) = await StartAsync(readingsPerSecond: 1);
        var (second, otherPort) = await StartAsync(readingsPerSecond: 2);

        Assert.NotEqual(port, otherPort);
        Assert.False(first.IsEdited);
        Assert.False(second.IsEdited);
        var written = JsonNode.Parse(await System.IO.File.ReadAllTextAsync(File))!;
        Assert.Equal(otherPort, (string?)written["mqttEndpoint"]);
        Assert.Equal(120, (double)written["source"]!["speed"]!);
    }

    [Fact]
    public async Task Ensure_Edited_StaysAndSaysWhatNoLongerFits()
    {
        var (_, port) = await StartAsync();
        var edited = (await System.IO.File.ReadAllTextAsync(File)).Replace("\"reportSeconds\": 5", "\"reportSeconds\": 7 // mine", StringComparison.Ordinal);
        Assert.Contains("// mine", edited, StringComparison.Ordinal);
        await System.IO.File.WriteAllTextAsync(File, edited);

        var (configuration, otherPort) = await StartAsync();

        Assert.Equal(edited, await System.IO.File.ReadAllTextAsync(File));
        Assert.True(configuration.IsEdited);
        Assert.True(configuration.ReplaysRecording);
        Assert.Equal(["credentialsEndpoint", "mqttEndpoint", "dynamoDbEndpoint"], configuration.Misfits.Select(m => m.Split(' ')[0]));
        Assert.Contains($"mqttEndpoint must be \"{otherPort}\", not \"{port}\"", configuration.Misfits);
    }

    [Fact]
    public async Task Ensure_EditedBeyondReading_Stays()
    {
        await StartAsync();
        await System.IO.File.WriteAllTextAsync(File, "{ \"thingName\": ");

        var (configuration, _) = await StartAsync();

        Assert.Equal("{ \"thingName\": ", await System.IO.File.ReadAllTextAsync(File));
        Assert.Empty(configuration.Misfits);
        Assert.False(configuration.ReplaysRecording);
    }

    [Fact]
    public async Task Ensure_Removed_IsWrittenAnew()
    {
        await StartAsync();
        System.IO.File.Delete(File);

        var (configuration, port) = await StartAsync();

        Assert.False(configuration.IsEdited);
        Assert.Contains(port, await System.IO.File.ReadAllTextAsync(File), StringComparison.Ordinal);
    }

    private async Task<(DeviceConfiguration Configuration, string Port)> StartAsync(double readingsPerSecond = 1)
    {
        await using var cloud = await Cloud.StartAsync(new TestbedOptions { PortBase = 0 }, _state, CancellationToken.None);
        Directory.CreateDirectory(Folder);
        return (DeviceConfiguration.Ensure(Folder, Thing, cloud, readingsPerSecond), cloud.DataEndpoint);
    }
}
