using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Rigs.Support;

/// <summary>What must stay secret, to be looked for wherever something is written.</summary>
internal sealed class Canaries
{
    private const int ShortestKeyLine = 20;

    private readonly ConcurrentBag<string> _secrets = [];

    public int Count => _secrets.Count;

    public void Add(string secret)
    {
        _secrets.Add(secret);

        // As it would stand in a JSON text.
        var escaped = JsonEncodedText.Encode(secret).ToString();
        if (escaped != secret) _secrets.Add(escaped);
    }

    /// <summary>Every set of credentials that the cloud gives out from now on.</summary>
    public void Follow(Cloud cloud) => cloud.Activity.Issued += (_, issued) =>
    {
        Add(issued.SecretAccessKey);
        Add(issued.SessionToken);
    };

    /// <summary>Each line of a private key: it would not have to be printed whole.</summary>
    public void AddKey(string path)
    {
        foreach (var line in File.ReadLines(path).Where(l => l.Length > ShortestKeyLine && !l.Contains("-----", StringComparison.Ordinal))) Add(line);
    }

    public void AssertNone(string text, string where) => AssertNone(Encoding.UTF8.GetBytes(text), where);

    public void AssertNone(ReadOnlySpan<byte> bytes, string where)
    {
        foreach (var secret in _secrets) Assert.True(bytes.IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, $"a secret stands in {where}");
    }

    /// <summary>In no file below the folder but those that hold a secret by design.</summary>
    public void AssertNoneInFiles(string folder, params string[] secretFiles)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => !secretFiles.Contains(Path.GetFileName(f))))
            AssertNone(File.ReadAllBytes(file), file);
    }
}
