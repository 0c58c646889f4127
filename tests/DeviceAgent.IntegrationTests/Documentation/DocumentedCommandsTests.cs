using System.ComponentModel;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests.Documentation;

/// <summary>
/// The command blocks of all pages. Those that are not marked run against the testbed, as printed but for what <see cref="Page"/> lists; the marked ones are
/// looked at by shellcheck like the others.
/// </summary>
public sealed class DocumentedCommandsTests
{
    /// <summary>What can stand after <c>sh</c>; CONTRIBUTING.md says what it means.</summary>
    private static readonly string[] Marks = ["build", "device"];

    /// <summary>The pages' own business: where DIR is; topics that begin with a $; what becomes of a <c>cd</c> is seen by who types it.</summary>
    private const string LeftOut = "SC1091,SC2016,SC2164";

    public static TheoryData<string> PagesThatRun => [.. Markdown.PagesWithCommands.Where(p => Markdown.ShellBlocks(p).Any(b => b.Needs.Count == 0))];

    [Theory]
    [MemberData(nameof(PagesThatRun))]
    public async Task Page_BlocksThatAreNotMarked_RunInOrderAsPrinted(string page)
    {
        await using var scene = await Page.PrepareAsync(page);

        var output = (await scene.RunAsync()).Succeeded();

        foreach (var (text, reason) in scene.Expected) Assert.True(output.Contains(text, StringComparison.Ordinal), $"{page}: {reason}: no '{text}' in\n{output}");
    }

    [Fact]
    public void Pages_Marks_AreKnown()
    {
        Assert.True(Markdown.PagesWithCommands.Count >= 15);
        Assert.Equal([], from page in Markdown.PagesWithCommands from block in Markdown.ShellBlocks(page) from mark in block.Needs.Except(Marks) select $"{page}, line {block.Line}: {mark}");
        Assert.All(Marks, mark => Assert.Contains($"`sh {mark}`", File.ReadAllText(Repository.File("CONTRIBUTING.md")), StringComparison.Ordinal));
    }

    /// <summary>In the pages' order and lines, so that it is known what an earlier block has set, and that the message says where.</summary>
    [Fact]
    public async Task Pages_AllBlocks_PassShellcheckAndLeaveNothingToFillInThatOnlyAScriptFills()
    {
        var folder = Directory.CreateTempSubdirectory("device-agent-test-");
        try
        {
            foreach (var page in Markdown.PagesWithCommands)
            {
                var lines = Enumerable.Repeat("", File.ReadLines(Repository.File(page)).Count() + 1).ToArray();
                foreach (var block in Markdown.ShellBlocks(page))
                {
                    block.Commands.Split('\n').CopyTo(lines, block.Line - 1);
                    Assert.DoesNotMatch("(^|[^s/])@[A-Z_]+@|<[A-Za-z][^<>\n]*>", block.Commands);
                    var read = await Command.RunAsync("bash", ["-n", "-c", block.Commands]);
                    Assert.True(read.ExitCode == 0, $"{page}, line {block.Line}: {read}");
                }

                await File.WriteAllLinesAsync(Path.Combine(folder.FullName, page.Replace('/', '_')), lines);
            }

            var result = await ShellcheckAsync(folder.FullName);
            Assert.True(result.ExitCode == 0, result.Output + result.Error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<CommandResult> ShellcheckAsync(string folder)
    {
        try
        {
            return await Command.RunAsync("shellcheck", ["--shell=bash", "--format=gcc", $"--exclude={LeftOut}", .. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)], folder: folder);
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("shellcheck is missing: apt-get install shellcheck, or run scripts/test.sh, which installs it", e);
        }
    }
}
