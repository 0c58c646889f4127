using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;
using DeviceAgent.Spool;
using DeviceAgent.Upload.DynamoDb;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceAgent.Tests.Readings.Forms;

/// <summary>
/// Whatever goes in, each line is either stored exactly or refused with its number, and nothing else is stored. A line that is as it should be
/// is never lost for others.
/// </summary>
public sealed class InputProperties
{
    private const int FirstRows = 20;

    private static readonly DateTimeOffset Start = new(2026, 1, 5, 10, 0, 0, TimeSpan.Zero);

    /// <summary>What a line of the input is.</summary>
    public enum Kind
    {
        Good,
        Damaged,
        Garbage,
    }

    private static Arbitrary<(Kind Kind, int Seed)[]> Files { get; } =
        Gen.Frequency((7, Gen.Constant(Kind.Good)), (2, Gen.Constant(Kind.Damaged)), (1, Gen.Constant(Kind.Garbage)))
            .Zip(ArbMap.Default.GeneratorFor<int>().Resize(int.MaxValue)).ArrayOf().Resize(60).ToArbitrary();

    [Fact]
    public void Csv_WhateverIsInIt_EachLineIsStoredExactlyOrRefused() => Prop.ForAll(Files, file => CsvAsync(file).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    [Fact]
    public void Ndjson_WhateverIsInIt_EachLineIsStoredExactlyOrRefused() => Prop.ForAll(Files, file => NdjsonAsync(file).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    private static async Task CsvAsync((Kind Kind, int Seed)[] file)
    {
        var lines = file.Select((f, i) => Line(f.Kind, f.Seed, CsvRow(i, new Random(f.Seed)))).ToList();
        var text = "time,t,note\n" + string.Concat(lines.Select(l => l + "\n"));
        var verdicts = await JudgeAsync(new CsvRecording(() => new MemoryStream(Encoding.UTF8.GetBytes(text)), new CsvOptions { NeedsTimestamp = true }, Reader()));

        AssertEachLineOnce(verdicts, text);
        foreach (var (number, verdict) in verdicts.Where(v => v.Value.Stored is not null))
        {
            var record = Physical(text).Skip((int)number - 1).Aggregate((Text: "", Open: true), (r, l) => r.Open ? (r.Text.Length == 0 ? l : r.Text + "\n" + l, IsOpen(r.Text.Length == 0 ? l : r.Text + "\n" + l)) : r).Text;
            AssertIsWhatTheLineSays(Split(record), verdict.Stored!);
        }

        var decisive = verdicts.Keys.Order().Take(FirstRows).Count(n => n - 2 < file.Length && IsGood(n));
        if (decisive * 2 <= Math.Min(FirstRows, verdicts.Count)) return;
        Assert.All(
            verdicts.Where(v => IsGood(v.Key)),
            v => Assert.True(v.Value.Stored is not null || v.Value.Problem!.Contains("already, with other values", StringComparison.Ordinal), $"line {v.Key}: {v.Value.Problem}"));
        Assert.All(Enumerable.Range(2, file.Length).Where(n => IsGood(n)), n => Assert.True(verdicts.ContainsKey(n), $"line {n} is lost"));

        bool IsGood(long number) => !text.Contains('\r') && number >= 2 && file[number - 2].Kind == Kind.Good;
    }

    private static async Task NdjsonAsync((Kind Kind, int Seed)[] file)
    {
        var lines = file.Select((f, i) => Line(f.Kind, f.Seed, JsonRow(i, new Random(f.Seed)))).ToList();
        var text = string.Concat(lines.Select(l => l + "\n"));
        // That is UTF-16 without a byte order mark, of which no line can be read.
        if (text.AsSpan(0, Math.Min(4, text.Length)).Contains('\0')) return;
        var verdicts = await JudgeAsync(new NdjsonRecording(() => new MemoryStream(Encoding.UTF8.GetBytes(text)), Reader(), needsTimestamp: true));

        AssertEachLineOnce(verdicts, text);
        var physical = Physical(text).ToList();
        foreach (var (number, verdict) in verdicts.Where(v => v.Value.Stored is not null))
        {
            var (given, stored) = (JsonNode.Parse(physical[(int)number - 1])!.AsObject(), JsonNode.Parse(verdict.Stored!)!.AsObject());
            Assert.Equal(given["serial_number"]?.GetValue<string>() ?? "SN1", stored["serial_number"]!.GetValue<string>());
            foreach (var name in new[] { "serial_number", "timestamp" }) _ = (given.Remove(name), stored.Remove(name));
            Assert.True(JsonNode.DeepEquals(given, stored), $"{given.ToJsonString()} became {stored.ToJsonString()}");
        }

        if (text.Contains('\r')) return;
        Assert.All(
            file.Index().Where(f => f.Item.Kind == Kind.Good).Select(f => (Line: (long)f.Index + 1, Verdict: verdicts.GetValueOrDefault(f.Index + 1))),
            v => Assert.True(v.Verdict.Stored is not null || v.Verdict.Problem?.Contains("already, with other values", StringComparison.Ordinal) == true, $"line {v.Line}: {v.Verdict.Problem}"));
    }

    private static async Task<Dictionary<long, (string? Stored, string? Problem, long Last)>> JudgeAsync(IRecording recording)
    {
        var timestamps = new LiveTimestamps(PlayedInput.Time);
        var ingest = new Ingest(new ItemLimits(new HashSet<string>(), overheadBytes: 0), timestamps, "SN1");
        var verdicts = new Dictionary<long, (string?, string?, long)>();
        await foreach (var line in recording.ReadAsync(CancellationToken.None))
        {
            var problem = line.Problem;
            var entry = line.Sample is null ? null : ingest.TryAccept(line.Sample, SpoolClass.Normal, out problem);
            Assert.True(entry is null == problem is { Length: > 0 });
            Assert.Equal(line.Sample?.Line ?? line.Number, line.Number);
            verdicts.Add(line.Number, (entry is null ? null : Encoding.UTF8.GetString(entry.Payload.Span), problem, line.LastNumber));
        }

        return verdicts;
    }

    /// <summary>No line is passed over, except empty ones, and none belongs to two records.</summary>
    private static void AssertEachLineOnce(Dictionary<long, (string? Stored, string? Problem, long Last)> verdicts, string text)
    {
        var physical = Physical(text).ToList();
        var first = text.StartsWith("time,t,note", StringComparison.Ordinal) ? 2 : 1;
        for (var number = first; number <= physical.Count; number++)
        {
            var line = physical[number - 1];
            var judged = verdicts.Count(v => v.Key <= number && v.Value.Last >= number);
            if (judged == 1 || judged == 0 && line.Split(',').All(string.IsNullOrWhiteSpace)) continue;
            Assert.Fail($"line {number} has {judged} verdicts: {line}\n{string.Join('\n', physical.Index())}\n{string.Join('\n', verdicts)}");
        }
    }

    private static void AssertIsWhatTheLineSays(List<string> fields, string stored)
    {
        using var json = JsonDocument.Parse(stored);
        var root = json.RootElement;
        Assert.Equal(3, fields.Count);
        if (DateTimeOffset.TryParseExact(fields[0], "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)) Assert.Equal(fields[0], root.GetProperty("timestamp").GetString());
        var number = root.GetProperty("t");
        switch (number.ValueKind)
        {
            case JsonValueKind.Number:
                Assert.Equal(decimal.Parse(fields[1], NumberStyles.Float, CultureInfo.InvariantCulture), number.GetDecimal());
                break;
            case JsonValueKind.String:
                Assert.Equal(fields[1], number.GetString());
                break;
            case JsonValueKind.Null:
                Assert.Contains(fields[1].Trim().ToUpperInvariant(), new[] { "", "NA", "NULL" });
                break;
        }

        if (root.GetProperty("note") is { ValueKind: JsonValueKind.String } note) Assert.Equal(fields[2], note.GetString());
    }

    private static string CsvRow(int index, Random random)
    {
        string[] numbers = ["21.5", "+21.6", ".5", "21.", "-0.25", "1e3", "", "NA", "null", "12345678.123456789"];
        string[] notes = ["warm", "", "\"a, b\"", "\"say \"\"hi\"\"\"", "\u00E4\u20AC", "door; open"];
        var note = notes[random.Next(notes.Length)];
        return $"{Start.AddSeconds(index):yyyy-MM-dd'T'HH:mm:ss.fff'Z'},{numbers[random.Next(numbers.Length)]},{note}";
    }

    private static string JsonRow(int index, Random random)
    {
        string[] values = ["21.5", "-0.25", "1e3", "null", "true", "\"warm\"", "[1,\"a\"]", "{\"x\":0.1}", "\"\\u0000\\n\"", "12345678901234567890.5"];
        return $$"""{"timestamp":"{{Start.AddSeconds(index):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}","t":{{values[random.Next(values.Length)]}},"n{{random.Next(3)}}":{{index}}}""";
    }

    private static string Line(Kind kind, int seed, string good)
    {
        const string characters = ",\";\t\0 \u00E4-+.:{}[]0123456789eT'\\|\r";
        var random = new Random(seed);
        if (kind == Kind.Good) return good;
        if (kind == Kind.Garbage) return string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => characters[random.Next(characters.Length)]));
        var at = random.Next(good.Length);
        return random.Next(4) switch
        {
            0 => good.Remove(at, 1),
            1 => good.Insert(at, characters[random.Next(characters.Length)].ToString()),
            2 => good[..at],
            _ => good.Remove(at, 1).Insert(at, characters[random.Next(characters.Length)].ToString()),
        };
    }

    /// <summary>The lines of the file as an editor counts them.</summary>
    private static IEnumerable<string> Physical(string text)
    {
        using var reader = new StringReader(text);
        while (reader.ReadLine() is { } line) yield return line;
    }

    private static bool IsOpen(string record) => record.Count(c => c == '"') % 2 == 1;

    /// <summary>A record of which it is known that it is sound.</summary>
    private static List<string> Split(string record)
    {
        var fields = new List<string> { "" };
        var quoted = false;
        for (var i = 0; i < record.Length; i++)
        {
            if (record[i] == '"' && quoted && i + 1 < record.Length && record[i + 1] == '"') fields[^1] += record[++i];
            else if (record[i] == '"') quoted = !quoted;
            else if (record[i] == ',' && !quoted) fields.Add("");
            else fields[^1] += record[i];
        }

        return fields;
    }

    private static TimestampReader Reader() => new(TimestampUnit.Auto, null, PlayedInput.Time);
}
