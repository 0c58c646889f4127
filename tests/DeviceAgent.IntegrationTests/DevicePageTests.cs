using DeviceAgent.History;
using DeviceAgent.Rigs.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.IntegrationTests;

/// <summary>The page on the device, in a real browser, by the link that <c>device-agent page</c> prints.</summary>
public sealed class DevicePageTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>With the day before in <c>history.json</c>, as an agent that ran would have left it. <c>DEVICE_PAGE_SCREENSHOTS</c> names a folder for the pictures of docs/images.</summary>
    [Fact]
    public async Task Chromium_AtBothSizesLightAndDark_ShowsAllAndCutsNothing()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        var state = Path.Combine(Path.GetDirectoryName(configuration)!, "state");
        WriteDay(state);
        var port = $"endpoint.pagePort={FreePort.Next()}";
        await using var agent = RunningAgent.Run(configuration, "upload.maxDelaySeconds=0", port);
        await cloud.WaitForRowsAsync(TestCloud.Thing, 2, agent);
        await using var page = RunningAgent.Start(["page", "--config", configuration, "--set", port]);
        Assert.Equal(0, await page.WaitForExitAsync());
        var link = page.Output.Split('\n').Single(l => l.StartsWith("http://127.0.0.1:", StringComparison.Ordinal));

        string[] screenshots = Environment.GetEnvironmentVariable("DEVICE_PAGE_SCREENSHOTS") is { Length: > 0 } folder ? [folder] : [];
        var seen = (await Command.RunAsync("node", ["tests/node/device-page.mjs", link, TestCloud.Thing, .. screenshots], patience: _patience)).Succeeded();

        Assert.Contains("light and dark", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(link[(link.IndexOf('#', StringComparison.Ordinal) + 1)..], agent.Output, StringComparison.Ordinal);
        Assert.Equal(0, await agent.TerminateAsync());
        Assert.Empty(Directory.GetFiles(state, "history.json.corrupt-*"));
        Assert.True(new DayHistory(state, NullLogger<DayHistory>.Instance).Read().Samples.Count > 1000);
    }

    /// <summary>A day with an outage of three hours: what waits grows, nothing is uploaded, then it goes.</summary>
    private static void WriteDay(string state)
    {
        var history = new DayHistory(state, NullLogger<DayHistory>.Instance);
        var start = (int)(DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 60) - DayHistory.MostSamples + 2;
        var waiting = 0;
        for (var i = 0; i < DayHistory.MostSamples - 4; i++)
        {
            var uploaded = i is > 700 and < 880 ? 0 : Math.Min(waiting + 1, 25);
            waiting += 1 - uploaded;
            var hour = 2 * Math.PI * i / DayHistory.MostSamples;
            history.Add(
                new HistorySample { Minute = start + i, Waiting = Math.Max(0, waiting), Uploaded = uploaded, CredentialAge = i % 30 * 60 },
                [new("Temperature", 21.5 - (2 * Math.Cos(hour)) + (0.1 * Math.Sin(40 * hour))), new("Humidity", 27 + (3 * Math.Sin(hour))), new("CO2", 500 + (300 * Math.Max(0, Math.Sin(2 * hour))))]);
        }

        history.Save();
    }
}
