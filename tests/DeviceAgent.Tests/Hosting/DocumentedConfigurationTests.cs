using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Hosting;
using DeviceAgent.Settings;

namespace DeviceAgent.Tests.Hosting;

/// <summary>The pages' blocks of JSON: each can be read, and those that are configuration (no word after <c>json</c>) are accepted as they stand.</summary>
public sealed class DocumentedConfigurationTests : IDisposable
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, int> Blocks
    {
        get
        {
            var blocks = new TheoryData<string, int>();
            foreach (var page in Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "docs"), "*.md").Append(Path.Combine(RepositoryFolder.Path, "README.md")).Order(StringComparer.Ordinal))
            {
                foreach (var (index, line) in File.ReadLines(page).Index())
                {
                    if (line.StartsWith("```json", StringComparison.Ordinal)) blocks.Add(Path.GetRelativePath(RepositoryFolder.Path, page), index + 1);
                }
            }

            return blocks;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Block_OfAPage_IsJsonAndAsConfigurationAccepted(string page, int line)
    {
        var lines = File.ReadLines(Path.Combine(RepositoryFolder.Path, page)).Skip(line - 1).ToList();
        var text = string.Join('\n', lines.Skip(1).TakeWhile(l => l != "```"));
        var block = JsonNode.Parse(text.StartsWith('{') ? text : $"{{{text}}}", documentOptions: Lenient)!.AsObject();
        Assert.Contains(lines[0], new[] { "```json", "```json shadow", "```json job" });
        if (lines[0] != "```json") return;

        var settings = ReferenceTests.Required();
        foreach (var (key, value) in block) settings[key] = value?.DeepClone();
        if (!settings.ContainsKey("sources") && !settings.ContainsKey("source")) settings["source"] = new JsonObject { ["kind"] = "none" };
        var errors = new List<ConfigurationError>();
        AgentConfiguration.Read(new SettingsReader("", [new SettingsLayer(null, settings)], _folder.Path, errors));
        Assert.Equal([], errors.Select(e => $"{e.Key}: {e.Problem}"));
    }
}
