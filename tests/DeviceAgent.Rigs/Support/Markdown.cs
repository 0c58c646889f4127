namespace DeviceAgent.Rigs.Support;

/// <summary>The commands of a block of a page: it begins with <c>```sh</c>.</summary>
/// <param name="Line">Where its first command stands.</param>
/// <param name="Needs">What the fence says after <c>sh</c>, e.g. <c>device</c>.</param>
/// <param name="Commands">As printed.</param>
internal sealed record ShellBlock(int Line, IReadOnlyList<string> Needs, string Commands);

/// <summary>The pages of the repository and the commands that they show.</summary>
internal static class Markdown
{
    private const string Fence = "```";

    private static readonly string[] Folders = ["docs", "src", "samples", "certs-sample", "scripts", "packaging", ".github"];

    /// <summary>Every page with commands, by its path in the repository.</summary>
    public static IReadOnlyList<string> PagesWithCommands { get; } =
    [
        .. Directory.GetFiles(Repository.Root, "*.md")
            .Concat(Folders.Select(f => Repository.File(f)).Where(Directory.Exists).SelectMany(f => Directory.GetFiles(f, "*.md", SearchOption.AllDirectories)))
            .Select(p => Path.GetRelativePath(Repository.Root, p))
            .Where(p => ShellBlocks(p).Count > 0)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>In the order of the page.</summary>
    public static IReadOnlyList<ShellBlock> ShellBlocks(string page)
    {
        var blocks = new List<ShellBlock>();
        var lines = File.ReadAllLines(Repository.File(page));
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Fence, StringComparison.Ordinal)) continue;
            var info = lines[i][Fence.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var first = i + 1;
            while (lines[++i] != Fence)
            {
            }

            if (info is ["sh", .. var needs]) blocks.Add(new ShellBlock(first + 1, needs, string.Join('\n', lines[first..i])));
        }

        return blocks;
    }
}
