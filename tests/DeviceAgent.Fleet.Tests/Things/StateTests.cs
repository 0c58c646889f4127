using System.Text.Json;
using DeviceAgent.Fleet.Commands;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Tests.Things;

public sealed class StateTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly StateView View = new(Now, TimeSpan.FromHours(2), null);

    private static readonly ThingState Rejected = ThingState.Of("b", Json(
        """
        {
          "state": {
            "desired": { "roleAlias": "v2" },
            "reported": {
              "roleAlias": "v1", "health": "upload: denied", "agent": { "version": "0.1.0" }, "certificate": { "notAfter": "2026-03-11T12:00:00.000Z" },
              "lastChange": { "what": "rotate-role-alias", "jobId": "j", "outcome": "rolledBack", "code": "writesDenied", "reason": "a, \"b\"", "at": "2026-03-01T11:00:00Z" },
              "status": { "spool": { "readings": 250, "bytes": 1, "oldestSeconds": 600 }, "lastUpload": "2026-03-01T11:50:00.123Z", "credentialsExpire": "2026-03-01T12:30:00Z" }
            }
          },
          "metadata": { "reported": { "roleAlias": { "timestamp": 1772366000 }, "status": { "spool": { "readings": { "timestamp": 1772366340 } } }, "list": [ { "timestamp": 1 } ] } },
          "version": 7
        }
        """));

    private static readonly ThingState Good = new("a") { Alias = "v2", Health = "ok", ReportedAt = Now, Waiting = 3, Version = "0.10.0", CertificateExpires = Now.AddYears(20) };
    private static readonly ThingState Silent = Good with { Name = "c", ReportedAt = Now.AddDays(-3) };
    private static readonly ThingState Never = ThingState.Of("d", null);

    [Fact]
    public void Of_Shadow_IsRead()
    {
        Assert.Equal(("v1", "v2", "rolledBack", 250L), (Rejected.Alias, Rejected.DesiredAlias, Rejected.Change!.Outcome, Rejected.Waiting));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1772366340), Rejected.ReportedAt);
        Assert.Equal(TimeSpan.FromMinutes(10), Rejected.OldestWaiting);
        Assert.False(Never.HasReported);
    }

    [Theory]
    [InlineData("alias=v1", "b")]
    [InlineData("alias!=v1", "acd")]
    [InlineData("thing=?", "abcd")]
    [InlineData("health!=ok", "bcd")]
    [InlineData("health=silent", "c")]
    [InlineData("waiting>100", "b")]
    [InlineData("certificate<30d", "b")]
    [InlineData("reported>1h", "c")]
    [InlineData("version<0.9", "b")]
    [InlineData("behind=true", "b")]
    [InlineData("change=rolledBack", "b")]
    public void Filter_AColumn_KeepsTheThingsForWhichItHolds(string text, string kept)
    {
        var filter = StateFilter.Read(text, out var problem);
        Assert.Equal("", problem);
        Assert.Equal(kept, string.Concat(new[] { Good, Rejected, Silent, Never }.Where(s => filter!.Holds(s, View)).Select(s => s.Name)));
    }

    [Theory]
    [InlineData("helth=ok", "did you mean 'health'")]
    [InlineData("health", "COLUMN=VALUE")]
    public void Filter_ThatIsNone_SaysHowToWriteOne(string text, string part)
    {
        Assert.Null(StateFilter.Read(text, out var problem));
        Assert.Contains(part, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_SortedBackwards_UnknownComesLast()
    {
        var query = new StatusQuery([], (StateColumns.All.Single(c => c.Name == "waiting"), true), OnlyBehind: false, OnlySilent: false, null, View.SilentAfter);
        Assert.Equal("bacd", string.Concat(query.Apply([Never, Silent, Rejected, Good], View).Select(s => s.Name)));
        Assert.Equal("cd", string.Concat((query with { OnlySilent = true }).Apply([Never, Silent, Rejected, Good], View).Select(s => s.Name)));
        Assert.Equal("b", string.Concat((query with { OnlyBehind = true }).Apply([Never, Silent, Rejected, Good], View).Select(s => s.Name)));
    }

    [Fact]
    public async Task Csv_WhatHasCommasAndQuotes_IsQuoted()
    {
        using var output = new StringWriter();
        await StatusCommand.WriteCsvAsync(output, [Rejected], View);
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("thing,alias,desired,change,credentials,certificate,reported,written,waiting,version,health,behind,silent,reason", lines[0].TrimEnd());
        Assert.Equal("b,v1,v2,rolledBack,2026-03-01T12:30:00Z,2026-03-11T12:00:00Z,2026-03-01T11:59:00Z,2026-03-01T11:50:00Z,250,0.1.0,upload: denied,true,false,\"a, \"\"b\"\"\"", lines[1].TrimEnd());
    }

    [Fact]
    public async Task Json_IsAnArrayOfThings()
    {
        using var output = new StringWriter();
        await StatusCommand.WriteJsonAsync(output, [Rejected, Never], View);
        using var json = JsonDocument.Parse(output.ToString());
        Assert.Equal("writesDenied", json.RootElement[0].GetProperty("change").GetProperty("code").GetString());
        Assert.Equal(JsonValueKind.Null, json.RootElement[1].GetProperty("alias").ValueKind);
    }

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("10m", 600)]
    [InlineData("10min", 600)]
    [InlineData("1.5h", 5400)]
    [InlineData("30d", 2592000)]
    [InlineData("5", 5)]
    public void Period_AsOperatorsWriteIt(string text, int seconds)
    {
        Assert.True(Periods.TryParse(text, out var period));
        Assert.Equal(seconds, period.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("5 weeks")]
    [InlineData("-1m")]
    public void Period_ThatIsNone_IsRefused(string text) => Assert.False(Periods.TryParse(text, out _));

    [Theory]
    [InlineData("60/min", 60)]
    [InlineData("60", 60)]
    [InlineData("2/s", 120)]
    [InlineData("600/h", 10)]
    [InlineData("0", null)]
    [InlineData("1001/min", null)]
    [InlineData("5/day", null)]
    public void Rate_IsThingsAMinute(string text, int? perMinute) => Assert.Equal(perMinute, Periods.TryParseRate(text, out var rate) ? rate : null);

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
