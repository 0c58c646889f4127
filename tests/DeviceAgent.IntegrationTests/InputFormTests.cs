using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests;

/// <summary>The agent as a process: what it makes of files and readings that are not quite in order, up to the table and the exit code.</summary>
public sealed class InputFormTests
{
    [Fact]
    public async Task AFileWithLinesThatMayMeanTwoThings_TheRestIsInTheTable_AndTheExitCodeSaysThatSomeWereSkipped()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        await using var agent = await ReplayAsync(
            configuration,
            Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("""
            timestamp;größe;hum
            2026-01-05T10:00:00Z;+21,6;40;
            2026-01-05T10:00:00.000125Z;,5;NA;
            0;21,5;40;
            2026-01-05T10:00:02Z;21.5;40;
            2026-01-05T10:00:03Z;1;2;3
            2026-01-05T10:00:04Z;1;2;
            """)).ToArray(),
            "source.delimiter=;", "source.decimalComma=true");

        Assert.Equal(65, await agent.WaitForExitAsync());
        Assert.Equal(
            ["2026-01-05T10:00:00.000125Z größe=0.5 hum=NULL", "2026-01-05T10:00:00.000Z größe=21.6 hum=40", "2026-01-05T10:00:04.000Z größe=1 hum=2"],
            (await cloud.ItemsAsync("thermostat-01")).Select(i => $"{i["timestamp"].S} größe={i["größe"].N} hum={(i["hum"].NULL == true ? "NULL" : i["hum"].N)}"));
        Assert.Contains("line 4, column timestamp: '0' is no time", agent.Output, StringComparison.Ordinal);
        Assert.Contains("line 5, column größe: '21.5' has a point", agent.Output, StringComparison.Ordinal);
        Assert.Contains("line 6: field 4 is '3' and has no name", agent.Output, StringComparison.Ordinal);
        Assert.Contains("Skipped of the input: 3 lines (4-6)", agent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileOfSecondsSinceTheStart_IsInTheTableAtItsTimes_AndTheExitCodeIsZero()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        await using var agent = await ReplayAsync(configuration, "time,t\n0,1\n1,2\n2.5,3\n"u8.ToArray(), "source.timestampUnit=startSeconds", "source.timestampStart=2026-01-05T10:00:00Z");
        Assert.Equal(0, await agent.WaitForExitAsync());
        Assert.Equal(["2026-01-05T10:00:00.000Z", "2026-01-05T10:00:01.000Z", "2026-01-05T10:00:02.500Z"], (await cloud.ItemsAsync("thermostat-01")).Select(i => i["timestamp"].S));
    }

    [Fact]
    public async Task TwentyReadingsWithinFiveMilliseconds_AreAcknowledgedAndAllInTheTable()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        await using var agent = RunningAgent.Run(configuration, "source.kind=none", "upload.maxDelaySeconds=0", "spool.groupCommitSeconds=0");
        var socket = Path.Combine(Path.GetDirectoryName(configuration)!, "state", "device-agent.sock");
        using var client = UnixHttp.Client(socket);
        await agent.WaitForOutputAsync("Local programs are answered on");
        for (var i = 0; i < 20; i++)
        {
            using var body = new StringContent($$"""{"serial_number":"fast","timestamp":"2026-01-05T10:00:00.00{{i / 4}}{{i % 4}}5Z","n":{{i}}}""", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(new Uri("/v1/readings", UriKind.Relative), body);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }

        await cloud.WaitForRowsAsync("thermostat-01", 20, agent);
        var items = await cloud.ItemsAsync("thermostat-01");
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i} 2026-01-05T10:00:00.00{i / 4}{i % 4}5Z"), items.OrderBy(i => int.Parse(i["n"].N)).Select(i => $"{i["n"].N} {i["timestamp"].S}"));
        Assert.Equal(0, await agent.TerminateAsync());
    }

    [Fact]
    public async Task TwoFilesAtOnce_AreInTheTableUnderTheirSerialNumbers_AndTheAgentEndsAfterTheLonger()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        var folder = Path.GetDirectoryName(configuration)!;
        await File.WriteAllTextAsync(Path.Combine(folder, "room.csv"), "timestamp,t\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"2026-01-05T10:00:{i:00}Z,{i}\n")));
        await File.WriteAllTextAsync(Path.Combine(folder, "door.ndjson"), "{\"timestamp\":\"2026-01-05T10:00:00Z\",\"open\":true}\n{\n");
        var document = JsonNode.Parse(await File.ReadAllTextAsync(configuration))!.AsObject();
        document.Remove("source");
        document["sources"] = JsonNode.Parse("""{ "room": { "kind": "replay", "file": "room.csv", "speed": 20 }, "door": { "kind": "replay", "file": "door.ndjson", "speed": 0, "serialNumber": "door-1" } }""");
        await File.WriteAllTextAsync(configuration, document.ToJsonString());
        await using var agent = RunningAgent.Run(configuration, "upload.maxDelaySeconds=1");
        Assert.Equal(65, await agent.WaitForExitAsync());
        var items = await cloud.ItemsAsync("thermostat-01");
        Assert.Equal(41, items.Count);
        Assert.Equal("door-1", items.Single(i => i.ContainsKey("open"))["serial_number"].S);
        Assert.Contains("Reading from the source room (replay) as thermostat-01.", agent.Output, StringComparison.Ordinal);
        Assert.Contains("The source door (replay) has ended after 1 reading; the others go on.", agent.Output, StringComparison.Ordinal);
        Assert.Contains("Skipped of the input: 1 line (door: 2)", agent.Output, StringComparison.Ordinal);
    }

    private static async Task<RunningAgent> ReplayAsync(string configuration, byte[] file, params string[] settings)
    {
        await File.WriteAllBytesAsync(Path.Combine(Path.GetDirectoryName(configuration)!, "input.csv"), file);
        return RunningAgent.Run(configuration, ["source.kind=replay", "source.file=input.csv", "source.speed=0", "source.repeat=false", "upload.maxDelaySeconds=1", .. settings]);
    }
}
