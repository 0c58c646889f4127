using System.Globalization;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.Rigs.Durability;

/// <summary>What the agent tells of itself on <c>GET /metrics</c>.</summary>
internal sealed class MetricsPage(IReadOnlyList<(string Name, double Value)> samples)
{
    public static async Task<MetricsPage> ReadAsync(string socket)
    {
        using var http = UnixHttp.Client(socket);
        var text = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        return new MetricsPage([.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith('#')).Select(Sample)]);
    }

    /// <summary>The sum over all labels, or those that have one, of <c>device_agent_{name}</c>; the test fails when there is no such metric.</summary>
    public long Sum(string name, string label = "")
    {
        var found = samples.Where(s => s.Name.Split('{')[0] == $"device_agent_{name}" && s.Name.Contains(label, StringComparison.Ordinal)).ToList();
        Assert.True(found.Count > 0, $"no metric device_agent_{name} among {string.Join(", ", samples.Select(s => s.Name))}");
        return (long)found.Sum(s => s.Value);
    }

    private static (string Name, double Value) Sample(string line)
    {
        var space = line.LastIndexOf(' ');
        return (line[..space], double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture));
    }
}
