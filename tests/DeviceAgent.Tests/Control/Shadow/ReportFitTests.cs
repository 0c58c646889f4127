using System.Text.Json.Nodes;
using DeviceAgent.Control.Shadow;

namespace DeviceAgent.Tests.Control.Shadow;

public class ReportFitTests
{
    [Fact]
    public void Within_AnyRoom_FitsAndKeepsTheOutcomeLongest()
    {
        var full = Report();
        var whole = ReportFit.SizeOf(full);
        for (var room = 0; room <= whole + 1; room++)
        {
            var report = ReportFit.Within(full, room, "desired has 7000 of 8192 bytes");
            if (report is null)
            {
                Assert.True(room < 70, $"{room} bytes have room for an outcome");
                continue;
            }

            Assert.True(ReportFit.SizeOf(report) <= room, $"room for {room}: {report.ToJsonString()}");
            Assert.Equal(("rejected", "unknownSetting"), ((string?)report["lastChange"]!["outcome"], (string?)report["lastChange"]!["code"]));
            Assert.True(room >= whole || room < 250 || report["shortened"] is not null, $"room for {room}: {report.ToJsonString()}");
        }
    }

    [Fact]
    public void Within_LittleRoom_RejectedKeysThatAreLeftOutAreCounted()
    {
        var report = ReportFit.Within(Report(), 6000, "why")!;
        Assert.Equal((3, 57), (report["rejected"]!.AsObject().Count, (int)report["moreRejected"]!));
    }

    private static JsonObject Report() => new()
    {
        ["roleAlias"] = "fleet",
        ["source"] = new JsonObject { ["intervalSeconds"] = 5 },
        ["logLevel"] = "information",
        ["lastChange"] = new JsonObject { ["what"] = "settings", ["shadowVersion"] = 4, ["outcome"] = "rejected", ["code"] = "unknownSetting", ["reason"] = new string('r', 900), ["at"] = "2026-11-26T06:09:01.149Z" },
        ["executing"] = new JsonObject { ["what"] = "roleAlias", ["shadowVersion"] = 5, ["step"] = "proving" },
        ["rejected"] = new JsonObject(Enumerable.Range(0, 10).Select(i => KeyValuePair.Create<string, JsonNode?>($"key{i}", new string('°', 300)))),
        ["moreRejected"] = 50,
        ["agent"] = new JsonObject { ["version"] = "1.0" },
        ["certificate"] = new JsonObject { ["id"] = new string('a', 64), ["notAfter"] = "2049-12-31T23:59:59.000Z" },
        ["health"] = new string('h', 500),
        ["status"] = new JsonObject { ["readingsUploaded"] = 105 },
    };
}
