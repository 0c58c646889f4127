using System.Globalization;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>A program that a user would write instead: <c>write FILE BATCH</c> (- for standard input) and <c>fetch TIMES</c>.</summary>
internal sealed class ProgramPeer(string key, string name, IReadOnlyList<string> command, bool isProcessPerRequest, Stage stage, IReadOnlyDictionary<string, string> variables) : Peer(key, name)
{
    public override bool IsProcessPerRequest => isProcessPerRequest;

    public override MeasuredProcess StartStream() => Start(fetches: true, "write", "-", "1");

    public override MeasuredProcess? StartIdle()
    {
        if (isProcessPerRequest) return null;
        var process = StartStream();
        process.Input.WriteLine(Recording.Line(0));
        process.Input.Flush();
        return process;
    }

    public override MeasuredProcess StartWriting(string file, int batch) => Start(fetches: false, "write", file, batch.ToString(CultureInfo.InvariantCulture));

    /// <summary>A loop keeps no backlog; what it is given is a file that somebody would have to keep for it.</summary>
    public override async Task<MeasuredProcess?> StartDrainAsync(string file) => isProcessPerRequest ? null : await base.StartDrainAsync(file);

    public override async Task<IReadOnlyList<double>> FetchAsync(int times)
    {
        await using var process = Start(fetches: true, "fetch", times.ToString(CultureInfo.InvariantCulture));
        await process.EndAsync();
        return [.. process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => double.Parse(l, CultureInfo.InvariantCulture))];
    }

    private MeasuredProcess Start(bool fetches, params IEnumerable<string> arguments) =>
        MeasuredProcess.Start([.. command, .. arguments], new Dictionary<string, string>([.. stage.Environment(fetches), .. variables]), stage.Core);
}
