using System.Text.Json;
using DeviceAgent.Commands;

namespace DeviceAgent.Tests.Commands;

/// <summary>The verdict at the top of <c>device-agent status</c>.</summary>
public sealed class StatusVerdictTests
{
    private const string Rest = """
        "time":"2026-11-30T14:22:00.000Z","thing":"t","version":"1.2.3","uptime_seconds":9000,"credentials":{"valid":true,"expiration":"2026-11-30T14:46:00.000Z","next_refresh":"2026-11-30T14:34:00.000Z","last_failure":null,"consecutive_failures":0},
        "role_alias":{"in_force":"a","phase":"settled","candidate":null,"previous":null,"last_change":null},"clock_offset_seconds":null,"counters":{},
        "upload":{"mode":"idle","reason":null,"remedy":null,"next_attempt_in_seconds":null},
        "spool":{"count":0,"count_by_class":{},"oldest_age_seconds":null,"bytes":0,"quota_bytes":1,"dead_letters":0,"on_disk":true,"shed":{}},
        "control":{"connection":"off","seconds_in_this_state":null,"problem":null,"executing":null,"remote_settings":[],"last_change":null}
        """;

    [Theory]
    [InlineData("""{"uploads":true,"problem":null,"seconds_since_upload":null}""", true, "healthy")]
    [InlineData("""{"uploads":true,"problem":"spool: full","seconds_since_upload":null}""", true, "uploads, but spool: full")]
    [InlineData("""{"uploads":false,"problem":"credentials: network: nobody there","seconds_since_upload":1200}""", false, "NOT uploading since 2026-11-30 14:02Z (20 min): credentials: network: nobody there")]
    public async Task WriteAgent_Verdict_IsTheFirstLineAndTheExitCode(string health, bool uploads, string line)
    {
        using var status = JsonDocument.Parse($"{{\"health\":{health},{Rest}}}");
        await using var text = new StringWriter();
        await StatusText.WriteAgentAsync(text, status.RootElement, "by the socket");
        Assert.StartsWith(line + "\ndevice-agent 1.2.3", text.ToString(), StringComparison.Ordinal);
        Assert.Equal(uploads, StatusText.Uploads(status.RootElement));
        Assert.Contains("\ncredentials   valid until 2026-11-30T14:46:00.000Z (in 24 min), next refresh 2026-11-30T14:34:00.000Z (in 12 min)\n", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("\ncontrol       off\n", text.ToString(), StringComparison.Ordinal);
    }

    /// <summary>How old, how it came, when it last worked, and what was wrong last.</summary>
    [Fact]
    public async Task WriteAgent_AgeOriginLastUploadAndLastProblem_AreShown()
    {
        var rest = Rest.Replace("\"valid\":true,", "\"valid\":true,\"age_seconds\":600,", StringComparison.Ordinal).Replace("\"in_force\":\"a\",", "\"in_force\":\"a\",\"configured\":\"b\",", StringComparison.Ordinal)
            .Replace("\"mode\":\"idle\",", "\"mode\":\"idle\",\"seconds_since_success\":12,", StringComparison.Ordinal);
        using var status = JsonDocument.Parse($$"""{"last_problem":{"time":"2026-11-30T14:12:00.000Z","level":"warn","component":"upload","event":2203,"message":"throttled"},{{rest}}}""");
        await using var text = new StringWriter();
        await StatusText.WriteAgentAsync(text, status.RootElement, "by the socket");
        foreach (var line in new[]
        {
            "credentials   10 min old, valid until 2026-11-30T14:46:00.000Z (in 24 min), ", "role alias    a (set remotely; configured is b)", "              last upload 12 s ago",
            "last problem  2026-11-30T14:12:00.000Z (10 min ago): warn upload[2203] throttled",
        })
            Assert.Contains($"\n{line}", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Screen_TextThatDoesNotFit_IsCutAndSaysSo()
    {
        Assert.Equal("\u001b[Ha\u001b[K\nb\u001b[K\n\u001b[J", Screen.Frame("a\nb\n", 80, 24));
        Assert.Equal("\u001b[Ha\u001b[K\n... 2 more lines\u001b[K\n\u001b[J", Screen.Frame("a\nb\nc\n", 80, 3));
        Assert.Equal("\u001b[H... 2 more lines\u001b[K\n\u001b[J", Screen.Frame("12345678901\nb", 10, 3));
        Assert.Equal("\u001b[H\u001b[32mgreen\u001b[0m\u001b[K\nb\u001b[K\n\u001b[J", Screen.Frame("\u001b[32mgreen\u001b[0m\nb", 5, 3));
    }

    [Fact]
    public async Task WriteAgent_OnATerminal_TheVerdictAloneIsInColour()
    {
        using var status = JsonDocument.Parse($$"""{"health":{"uploads":true,"problem":null,"seconds_since_upload":null},{{Rest}}}""");
        await using var text = new StringWriter();
        await StatusText.WriteAgentAsync(text, status.RootElement, "by the socket", inColour: true);
        Assert.StartsWith("\u001b[32mhealthy\u001b[0m\n", text.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, text.ToString().Count(c => c == '\u001b'));
    }

    [Fact]
    public async Task WriteAgent_AgentOfBeforeTheUpdate_HasNoVerdict()
    {
        using var status = JsonDocument.Parse($"{{{Rest}}}");
        await using var text = new StringWriter();
        await StatusText.WriteAgentAsync(text, status.RootElement, "by the socket");
        Assert.StartsWith("device-agent 1.2.3", text.ToString(), StringComparison.Ordinal);
        Assert.True(StatusText.Uploads(status.RootElement));
    }

    [Fact]
    public async Task WriteAgent_LastReadings_AreShownWithTheirAge()
    {
        using var status = JsonDocument.Parse($$"""{"last_readings":[{"serial_number":"SN1","timestamp":"2026-11-30T14:21:55.000Z","t":21.5,"door":"open\u001b[31m"},{"serial_number":"SN2","t":1}],{{Rest}}}""");
        await using var text = new StringWriter();
        await StatusText.WriteAgentAsync(text, status.RootElement, "by the socket");
        Assert.Contains("\nreading       SN1, 2026-11-30T14:21:55.000Z (5 s ago): t 21.5, door \"open", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("\nreading       SN2, the time is not known yet: t 1\n", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text.ToString());
    }
}
