namespace DeviceAgent.Rigs.Support;

/// <summary>The commands that a page shows: blocks that begin with <c>```sh</c>.</summary>
internal static class Markdown
{
    private const string Fence = "```";

    /// <summary>In the order of the page, each with the number of its first line.</summary>
    public static IReadOnlyList<(int Line, string Commands)> ShellBlocks(string path)
    {
        var blocks = new List<(int, string)>();
        var lines = File.ReadAllLines(path);
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] != Fence + "sh") continue;
            var first = i + 1;
            while (lines[++i] != Fence)
            {
            }

            blocks.Add((first + 1, string.Join('\n', lines[first..i])));
        }

        return blocks;
    }
}
