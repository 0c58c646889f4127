using System.Text;
using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Commands;
using DeviceAgent.Fleet.Jobs;

namespace DeviceAgent.Fleet.Tests.Commands;

public sealed class SetCommandTests
{
    [Fact]
    public void WriteSettings_DottedKeys_AreNestedAndValuesAreJsonWhereTheyCan() => Assert.Equal(
        """{"settings":{"source":{"intervalSeconds":10,"x":true},"logLevel":"debug"}}""",
        Written(("source.intervalSeconds", "10"), ("logLevel", "debug"), ("source.x", "true")));

    [Fact]
    public void WriteSettings_ValueAndSection_IsRefused() => Assert.Throws<UsageException>(() => Written(("a", "1"), ("a.b", "2")));

    [Fact]
    public void NotBegun_Things_AreNamedUpToTwenty()
    {
        Assert.Null(OneJob.NotBegun([]));
        Assert.EndsWith(": a, b", OneJob.NotBegun(["a", "b"]), StringComparison.Ordinal);
        Assert.EndsWith(", t and 5 more", OneJob.NotBegun([.. Enumerable.Range(0, 25).Select(i => ((char)('a' + i)).ToString())]), StringComparison.Ordinal);
    }

    private static string Written(params (string, string)[] pairs) => Encoding.UTF8.GetString(JsonText.Object(json => SetCommand.WriteSettings(json, pairs)));
}
