using System.Collections;
using System.Globalization;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DeviceAgent.Hosting;
using DeviceAgent.Readings;
using DeviceAgent.Settings;

namespace DeviceAgent.Tests.Hosting;

/// <summary>
/// docs/reference.md against the code. Which keys the code knows is found out by asking: every text in the agent's assembly that could be
/// a key is offered to the reader, and what it does not report as unknown is a key.
/// </summary>
public sealed partial class ReferenceTests : IDisposable
{
    private const string SomeValue = "some-value";
    private const string NoKey = "thisIsNoKey";

    /// <summary>What must be set beside a key so that it can be judged.</summary>
    private static readonly Dictionary<string, (string Key, string Value)> Companions = new()
    {
        ["ttl.attribute"] = ("ttl.days", "1"),
        ["ttl.days"] = ("ttl.attribute", "expires"),
        ["source.file"] = ("source.kind", "replay"),
        ["source.timestampUnit"] = ("source.timestampStart", "2026-01-05T10:00:00Z"),
        ["credentials.imds"] = ("credentials.port", "8555"),
    };

    /// <summary>Defaults that the page describes in words: what to set for the same effect, null where nothing can be set for it.</summary>
    private static readonly Dictionary<string, string?> DescribedDefaults = new()
    {
        ["the thing's name"] = "boiler-07",
        ["`device-agent.sock` in the runtime directory, else in the state directory"] = "state/device-agent.sock",
        ["`clients` in the state directory"] = "state/clients",
        ["in the certificate's file"] = null,
        ["the system's roots"] = null,
        ["AWS's"] = null,
        ["all"] = null,
        ["random"] = null,
        ["by the file's name"] = null,
        ["by its name"] = null,
        ["by its byte order mark, else UTF-8"] = null,
        ["256, or a tenth of the partition if that is less"] = null,
        ["none"] = null,
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Keys => [.. Rows().Select(r => r.Key)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Page_AllKeys_AreThoseOfTheCode()
    {
        var documented = Rows().Select(r => r.Key).ToList();
        var candidates = Candidates();

        var known = FindKeys("", candidates).ToHashSet(StringComparer.OrdinalIgnoreCase);

        Assert.True(known.Count > 50, $"only {known.Count} keys found");
        Assert.Equal([], known.Except(documented, StringComparer.OrdinalIgnoreCase));
        Assert.Equal([], documented.Except(known, StringComparer.OrdinalIgnoreCase));
        Assert.Equal([], documented.Where(key => !key.Split('.').All(candidates.Contains)));
        Assert.Equal([], documented.GroupBy(key => key).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public void Page_LiveKeys_AreThoseThatCanBeSetRemotely() =>
        Assert.Equal(LiveSetting.Of([new SourceOptions()]).Select(s => s.Key).Append("roleAlias").Order(), Rows().Where(r => r.Live == "yes").Select(r => r.Key).Order());

    [Fact]
    public void OtherPages_Tables_DoNotRepeatKeys()
    {
        var keys = Rows().Select(r => r.Key).ToHashSet();
        var repeated = from page in Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "docs"), "*.md")
                       where Path.GetFileName(page) != "reference.md"
                       from line in File.ReadLines(page)
                       where line.StartsWith("| `", StringComparison.Ordinal) && keys.Contains(Code().Match(line).Groups[1].Value)
                       select $"{Path.GetFileName(page)}: {line}";
        Assert.Equal([], repeated);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Key_Default_IsThatOfTheCode(string key)
    {
        var row = RowOf(key);
        if (row.Default.StartsWith("required", StringComparison.Ordinal))
        {
            Assert.Contains(Read(key, null).Errors, e => e.Key == key && e.Problem.StartsWith("is missing", StringComparison.Ordinal));
            return;
        }

        var without = Read(key, null);
        Assert.Equal([], without.Errors);
        var literal = Code().Match(row.Default) is { Success: true } code && code.Length == row.Default.Length;
        if ((literal ? row.Default.Trim('`') : DescribedDefaults[row.Default]) is not { } value) return;
        var with = Read(key, value);
        Assert.Equal([], with.Errors);
        Assert.Equal(without.Options, with.Options);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Key_Allowed_IsWhatTheCodeAccepts(string key)
    {
        var row = RowOf(key);
        switch (row.Type)
        {
            case "whole number" or "number":
                var (min, max) = RangeOf(row);
                var step = row.Type == "number" ? 0.001 : 1;
                AssertAccepted(key, [Number(min), Number(max)]);
                AssertRefused(key, [Number(min - step), Number(max + step), SomeValue]);
                break;
            case "choice":
                var choices = Code().Matches(row.Allowed).Select(m => m.Groups[1].Value).ToList();
                if (key != "source.kind") AssertAccepted(key, choices);
                var problem = AssertRefused(key, [SomeValue]);
                Assert.All(choices, choice => Assert.Contains(choice, problem, StringComparison.Ordinal));
                Assert.Equal(choices.Count, Separator().Split(problem.Split(';')[0]).Length);
                break;
            case "boolean":
                AssertAccepted(key, ["true", "false"]);
                AssertRefused(key, [SomeValue]);
                break;
            default:
                Assert.Contains(row.Type, new[] { "text", "path", "URL", "secret", "list", "map" });
                break;
        }
    }

    /// <summary>All are accepted, and not all have the same effect.</summary>
    private void AssertAccepted(string key, IReadOnlyList<string> values)
    {
        var read = values.Select(v => Read(key, v)).ToList();
        Assert.All(read, r => Assert.Equal([], r.Errors));
        Assert.True(read.Select(r => r.Options).Distinct().Count() > 1, $"{key} has no effect");
    }

    private string AssertRefused(string key, IReadOnlyList<string> values)
    {
        Assert.All(values, v => Assert.Contains(Read(key, v).Errors, e => e.Key == key));
        return Read(key, values[^1]).Errors.First(e => e.Key == key).Problem;
    }

    /// <summary>What every configuration must have, but for its source.</summary>
    internal static JsonObject Required() => new()
    {
        ["thingName"] = "boiler-07",
        ["roleAlias"] = "fleet-ddb",
        ["credentialsEndpoint"] = "c0ffee.credentials.iot.us-east-1.amazonaws.com",
        ["region"] = "us-east-1",
        ["certificatePath"] = "device.crt",
        ["stateDirectory"] = "state",
    };

    private (string Options, List<ConfigurationError> Errors) Read(string key, string? value)
    {
        var settings = Required();
        settings["source"] = new JsonObject { ["kind"] = "simulated" };
        if (Companions.TryGetValue(key, out var companion)) Set(settings, companion.Key, companion.Value);
        Set(settings, key, value);
        return Read(settings);
    }

    private (string Options, List<ConfigurationError> Errors) Read(JsonObject settings)
    {
        var errors = new List<ConfigurationError>();
        var options = AgentConfiguration.Read(new SettingsReader("", [new SettingsLayer(null, settings)], _folder.Path, errors));
        return (Written(options), errors);
    }

    private static void Set(JsonObject settings, string key, JsonNode? value)
    {
        var names = key.Split('.');
        foreach (var name in names.SkipLast(1))
        {
            if (settings[name] is not JsonObject inner) settings[name] = inner = [];
            settings = inner;
        }

        if (value is null) settings.Remove(names[^1]);
        else settings[names[^1]] = value;
    }

    /// <summary>The keys below a section that the reader knows; a section whose names are free counts as a key.</summary>
    private IEnumerable<string> FindKeys(string section, IReadOnlySet<string> candidates)
    {
        var offered = new JsonObject(candidates.Append(NoKey).Select(c => KeyValuePair.Create(c, (JsonNode?)null)));
        var prefix = section.Length == 0 ? "" : section + ".";
        JsonObject settings = offered;
        if (section.Length > 0) Set(settings = [], section, offered);
        var unknown = Read(settings).Errors.Where(e => e.Problem.StartsWith("is not a setting", StringComparison.Ordinal)).Select(e => e.Key).ToHashSet();
        if (!unknown.Contains(prefix + NoKey)) return [section];
        return candidates.Select(c => prefix + c).Where(k => !unknown.Contains(k)).SelectMany(k => IsSection(k) ? FindKeys(k, candidates) : [k]);
    }

    private bool IsSection(string key)
    {
        var settings = new JsonObject();
        Set(settings, key, SomeValue);
        return Read(settings).Errors.Any(e => e.Key.Equals(key, StringComparison.OrdinalIgnoreCase) && e.Problem.StartsWith("must be an object", StringComparison.Ordinal));
    }

    private static HashSet<string> Candidates()
    {
        using var file = new PEReader(File.OpenRead(typeof(SettingsReader).Assembly.Location));
        var metadata = file.GetMetadataReader();
        var candidates = new HashSet<string>();
        for (var at = MetadataTokens.UserStringHandle(1); !at.IsNil; at = metadata.GetNextHandle(at))
        {
            if (metadata.GetUserString(at) is var text && KeyForm().IsMatch(text)) candidates.Add(text);
        }

        return candidates;
    }

    /// <summary>Every property of the options, so that two of them can be compared whatever they hold.</summary>
    private static string Written(object? value, int depth = 0) => value switch
    {
        null => "null",
        string or Enum or TimeSpan or Uri => $"{value}",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(i => Written(i, depth + 1)))}]",
        _ when depth > 8 || value.GetType().Assembly == typeof(object).Assembly && value.GetType().GetProperty("Key") is null => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        _ => $"{{{string.Join(", ", value.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0).Select(p => $"{p.Name} = {Written(p.GetValue(value), depth + 1)}"))}}}",
    };

    private static string Number(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static (double Min, double Max) RangeOf(Row row)
    {
        var range = Range().Match(row.Allowed);
        Assert.True(range.Success, $"{row.Key}: no range");
        return (double.Parse(range.Groups[1].Value, CultureInfo.InvariantCulture), double.Parse(range.Groups[2].Value, CultureInfo.InvariantCulture));
    }

    private static Row RowOf(string key) => Rows().Single(r => r.Key == key);

    private static IEnumerable<Row> Rows() =>
        from line in File.ReadLines(Path.Combine(RepositoryFolder.Path, "docs", "reference.md"))
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        where cells.Length == 8 && cells[1].StartsWith('`')
        select new Row(cells[1].Trim('`'), cells[2], cells[3], cells[4], cells[5]);

    [GeneratedRegex(@"\A[a-z][A-Za-z0-9]{1,39}\z")]
    private static partial Regex KeyForm();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\A(-?[0-9.]+) to ([0-9.]+)")]
    private static partial Regex Range();

    [GeneratedRegex(", | or ")]
    private static partial Regex Separator();

    private sealed record Row(string Key, string Type, string Allowed, string Default, string Live);
}
