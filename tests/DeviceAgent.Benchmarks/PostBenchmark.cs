using System.Diagnostics;
using System.Text;
using DeviceAgent.Rigs.Disks;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.Benchmarks;

/// <summary>
/// How long a program waits until a reading that it hands in is on the medium, and what that costs the medium: programs that post a reading a second each by the socket, each over a
/// connection that it keeps. Both cases side by side, each agent with an ext4 disk of its own; needs root.
/// </summary>
internal static class PostBenchmark
{
    private const int DiskMebibytes = 128;

    private static readonly int[] Clients = [1, 10];
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(TimeSpan duration, TextWriter output)
    {
        await using var cloud = await TestCloud.StartAsync();
        await using var shelf = await DiskShelf.CreateAsync();
        var cases = new List<Task<string>>();
        foreach (var clients in Clients) cases.Add(MeasureAsync(cloud, await cloud.DeviceAsync($"post-{clients}"), await shelf.FormatAsync(DiskMebibytes), clients, duration));
        await output.WriteLineAsync("| programs | readings | POST, median ms | p99 ms | max ms | bytes to the device for each |");
        await output.WriteLineAsync("|---|---:|---:|---:|---:|---:|");
        foreach (var line in await Task.WhenAll(cases)) await output.WriteLineAsync(line);
    }

    private static async Task<string> MeasureAsync(TestCloud cloud, string configuration, Disk disk, int clients, TimeSpan duration)
    {
        var state = Path.Combine(disk.Folder, "state");
        var socket = Path.Combine(Path.GetDirectoryName(configuration)!, "post.sock");
        await using var agent = RunningAgent.Run(
            configuration, "source.kind=simulated", "source.intervalSeconds=86400", $"stateDirectory={state}", $"endpoint.socket={socket}", "spool.reserveMegabytes=1");
        await cloud.WaitForRowsAsync($"post-{clients}", 1, agent);
        using var http = UnixHttp.Client(socket);
        await PostAsync(http, 0, 0);
        var before = await WrittenAsync(disk);
        var posting = Enumerable.Range(1, clients).Select(c => Task.Run(() => PostAsync(http, c, TimeSpan.FromSeconds((double)c / clients), duration)));
        List<double> times = [.. (await Task.WhenAll(posting)).SelectMany(t => t).Order()];
        var bytes = (await WrittenAsync(disk) - before) / times.Count;
        return $"| {clients} | {times.Count} | {Percentile.Of(times, 0.5):0.0} | {Percentile.Of(times, 0.99):0.0} | {times[^1]:0.0} | {bytes:N0} |";
    }

    private static async Task<List<double>> PostAsync(HttpClient http, int client, TimeSpan offset, TimeSpan duration)
    {
        await Task.Delay(offset, TimeProvider.System);
        var times = new List<double>();
        using var pace = new PeriodicTimer(Pace);
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < duration && await pace.WaitForNextTickAsync();)
        {
            var sent = Stopwatch.GetTimestamp();
            await PostAsync(http, client, times.Count);
            times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        }

        return times;
    }

    private static async Task PostAsync(HttpClient http, int client, int number)
    {
        var reading = $$"""{"serial_number":"meter-{{client}}","power":{{400 + (number % 50)}}.5,"voltage":229.7,"current":{{number % 7}}.25}""";
        using var content = new StringContent(reading, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri("/v1/readings", UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<long> WrittenAsync(Disk disk)
    {
        (await Command.RunAsync("sync", ["--file-system", disk.Folder])).Succeeded();
        return (await disk.ActivityAsync()).BytesWritten;
    }
}
