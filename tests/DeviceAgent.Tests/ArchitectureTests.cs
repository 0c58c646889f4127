using DeviceAgent.Hosting;
using DeviceAgent.Mqtt;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests;

/// <summary>The promises of docs/architecture.md, on the compiled types.</summary>
public class ArchitectureTests
{
    /// <summary>What text and timestamps are read with, in every folder.</summary>
    private const string TextReaders = "DeviceAgent.Credentials.Text";

    private static readonly Lazy<FolderGraph> _agent = new(() => new FolderGraph(typeof(AgentHost).Assembly, "DeviceAgent"));
    private static readonly Lazy<FolderGraph> _credentials = new(() => new FolderGraph(typeof(DeviceAgent.Credentials.CredentialCache).Assembly, "DeviceAgent.Credentials"));
    private static readonly Lazy<FolderGraph> _mqtt = new(() => new FolderGraph(typeof(IMqttClient).Assembly, "DeviceAgent.Mqtt"));

    [Fact]
    public void AgentFolders_UseEachOther_WithoutACircle()
    {
        Assert.True(_agent.Value.Folders.Count > 10, string.Join(", ", _agent.Value.Folders));
        Assert.Empty(_agent.Value.Circles());
    }

    [Theory]
    [InlineData("Spool", "Amazon", "DeviceAgent.Credentials", "DeviceAgent.Readings", "DeviceAgent.Upload", "DeviceAgent.RoleAlias", "DeviceAgent.Control", "DeviceAgent.Local", "DeviceAgent.Mqtt")]
    [InlineData("Readings", "Amazon", "DeviceAgent.Credentials", "DeviceAgent.Upload", "DeviceAgent.RoleAlias", "DeviceAgent.Control", "DeviceAgent.Local", "DeviceAgent.Mqtt", "Microsoft.Data.Sqlite")]
    [InlineData("Clock", "Amazon", "DeviceAgent.Readings", "DeviceAgent.Spool", "DeviceAgent.Upload", "DeviceAgent.Control", "DeviceAgent.Mqtt", "Microsoft.Data.Sqlite")]
    [InlineData("Upload", "DeviceAgent.RoleAlias", "DeviceAgent.Control", "DeviceAgent.Local", "DeviceAgent.Mqtt", "Microsoft.Data.Sqlite")]
    [InlineData("Local", "Amazon", "DeviceAgent.Commands", "DeviceAgent.Hosting", "DeviceAgent.Mqtt", "Microsoft.Data.Sqlite")]
    [InlineData("Diagnostics", "Amazon", "DeviceAgent.Spool", "DeviceAgent.Readings", "DeviceAgent.Upload", "DeviceAgent.Local", "DeviceAgent.Control")]
    [InlineData("Control.Shadow", "Amazon", "DeviceAgent.Mqtt", "DeviceAgent.RoleAlias", "Microsoft.Data.Sqlite")]
    [InlineData("Control.Jobs", "Amazon", "DeviceAgent.Mqtt", "DeviceAgent.RoleAlias", "DeviceAgent.Spool", "DeviceAgent.Upload")]
    [InlineData("Control.Cloud", "Amazon", "DeviceAgent.Control.Shadow", "DeviceAgent.Control.Jobs", "DeviceAgent.RoleAlias", "DeviceAgent.Spool", "DeviceAgent.Upload")]
    [InlineData("Control", "Amazon", "DeviceAgent.RoleAlias", "DeviceAgent.Certificate", "DeviceAgent.Hosting", "DeviceAgent.Local", "Microsoft.Data.Sqlite")]
    [InlineData("RoleAlias", "Amazon", "DeviceAgent.Mqtt", "DeviceAgent.Control.Cloud", "DeviceAgent.Control.Shadow", "DeviceAgent.Control.Jobs", "DeviceAgent.Local", "Microsoft.Data.Sqlite")]
    public void AgentFolder_DoesNotUse(string folder, params string[] forbidden)
    {
        var from = $"DeviceAgent.{folder}";
        Assert.True(_agent.Value.Has(from), $"{from} is gone: the rule about it holds nothing");
        Assert.DoesNotContain(_agent.Value.Uses(from, forbidden), u => !u.Contains($"-> {TextReaders}.", StringComparison.Ordinal));
    }

    [Fact]
    public void TextReaders_UseNothingElse()
    {
        Assert.True(_credentials.Value.Has(TextReaders), $"{TextReaders} is gone: the rule about it holds nothing");
        Assert.Empty(_credentials.Value.UsedBy("Text"));
    }

    [Fact]
    public void Upload_KnowsItsSinkByTheInterfaceAlone()
    {
        const string sink = "DeviceAgent.Upload.DynamoDb";
        Assert.True(_agent.Value.Has(sink), $"{sink} is gone: the rule about it holds nothing");
        Assert.NotEmpty(_agent.Value.Uses(sink, "Amazon"));
        Assert.Empty(_agent.Value.UsesOutside(sink, "DeviceAgent.Upload", "Amazon", sink));
        Assert.Empty(_agent.Value.Uses("DeviceAgent.RoleAlias", "Amazon", sink));
        Assert.Empty(_agent.Value.Uses("DeviceAgent.Readings", "Amazon", sink));
    }

    [Theory]
    [InlineData("Settings")]
    [InlineData("Storage")]
    [InlineData("Timing")]
    public void Tools_UseOnlyTools(string folder)
    {
        Assert.Contains(folder, _agent.Value.Folders);
        Assert.Empty(_agent.Value.UsedBy(folder).Except(["Settings", "Storage", "Timing"]));
    }

    [Fact]
    public void Mqtt_IsUsedByControlCloudAlone()
    {
        var users = _agent.Value.Folders.Where(f => f is not ("Control" or "Commands")).SelectMany(f => _agent.Value.Uses($"DeviceAgent.{f}", "DeviceAgent.Mqtt"));
        Assert.Empty(users);
        Assert.NotEmpty(_agent.Value.Uses("DeviceAgent.Control.Cloud", "DeviceAgent.Mqtt"));
        Assert.Empty(_agent.Value.UsesOutside("DeviceAgent.Control.Cloud", "DeviceAgent.Control", "DeviceAgent.Mqtt"));
    }

    /// <summary>A library's root namespace is its public surface and what its folders share: it uses them, and they use it.</summary>
    [Fact]
    public void LibraryFolders_UseEachOther_WithoutACircle()
    {
        Assert.Empty(_credentials.Value.Circles(besides: FolderGraph.Root));
        Assert.Empty(_mqtt.Value.Circles(besides: FolderGraph.Root));
    }

    [Fact]
    public void Libraries_KnowNothingOfWhatTheyAreNotFor()
    {
        Assert.True(_credentials.Value.Has("DeviceAgent.Credentials") && _mqtt.Value.Has("DeviceAgent.Mqtt"));
        Assert.Empty(_credentials.Value.Uses("DeviceAgent.Credentials", "Amazon.DynamoDBv2", "DeviceAgent.Mqtt", "DeviceAgent.Spool"));
        Assert.Empty(_mqtt.Value.Uses("DeviceAgent.Mqtt", "Amazon"));
    }
}
