using System.Text.Json;
using DeviceAgent.Commands.Doctor;

namespace DeviceAgent.Tests.Commands.Doctor;

public sealed class RunningAgentViewTests
{
    private static readonly RunningAgentView None = new(null, "none listens on /s");

    [Fact]
    public void Judge_NoAgent_IsNoFault()
    {
        Assert.Equal(Finding.Ok(CheckName.Agent, "none listens on /s"), None.Judge(credentialsCome: true));
        Assert.Equal(FindingResult.Warning, (None with { Problem = "run this by sudo" }).Judge(credentialsCome: true).Result);
        Assert.Null(None.LastWrite());
    }

    [Theory]
    [InlineData("""{"credentials":{"valid":true},"version":"1","uptime_seconds":90,"spool":{"count":3}}""", nameof(FindingResult.Ok), "version 1 runs for 90 s, 3 readings wait")]
    [InlineData("""{"credentials":{"valid":true},"spool":{"memory_reason":"disk full"}}""", nameof(FindingResult.Failure), "in memory only: disk full")]
    [InlineData("""{"credentials":{"valid":false,"last_failure":{"message":"No way."}},"spool":{}}""", nameof(FindingResult.Warning), "has no credentials, though they can be had now: No way.")]
    [InlineData("""{"credentials":{"valid":true},"spool":{"dead_letters":2}}""", nameof(FindingResult.Warning), "2 readings will never be accepted")]
    public void Judge_Agent_SaysHowItIs(string status, string result, string text)
    {
        var finding = View(status).Judge(credentialsCome: true);
        Assert.Equal(result, finding.Result.ToString());
        Assert.Contains(text, finding.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"mode":"idle","seconds_since_success":4}""", nameof(FindingResult.Ok), "succeeded 4 s ago")]
    [InlineData("""{"mode":"parked","reason":"AccessDenied","remedy":"allow it"}""", nameof(FindingResult.Failure), "refused: AccessDenied")]
    [InlineData("""{"mode":"backingOff","reason":"Throttled"}""", nameof(FindingResult.Warning), "tries again: Throttled")]
    public void LastWrite_OfTheAgent_IsJudged(string upload, string result, string text)
    {
        var finding = View($"{{\"upload\":{upload}}}").LastWrite()!;
        Assert.Equal(result, finding.Result.ToString());
        Assert.Contains(text, finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public void LastWrite_AgentHasNotWritten_IsNotKnown() => Assert.Null(View("""{"upload":{"mode":"idle","seconds_since_success":null}}""").LastWrite());

    internal static RunningAgentView View(string status)
    {
        using var document = JsonDocument.Parse(status);
        return new RunningAgentView(document.RootElement.Clone(), null);
    }
}
