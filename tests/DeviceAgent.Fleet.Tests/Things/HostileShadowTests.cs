using System.Text.Json;
using DeviceAgent.Fleet.Commands;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Tests.Things;

/// <summary>A device writes into its shadow what it likes; the operator's terminal and spreadsheet are not its own.</summary>
public sealed class HostileShadowTests
{
    private static readonly StateView View = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), TimeSpan.FromHours(2), null);

    [Fact]
    public async Task Shadow_WithTerminalEscapes_PrintsNone()
    {
        var state = ThingState.Of("a", Json("""{"state":{"reported":{"roleAlias":"\u001b]0;owned\u0007v1\u202e","health":"\u001b[2J","status":{"lastUpload":1e300,"spool":{"oldestSeconds":1e300}},"lastChange":{"what":"roleAlias","outcome":"\u001b[31m","reason":"\u009b2J\n"}}}}"""));
        using var output = new StringWriter();
        await output.WriteAsync(StatusCommand.Summary([state], View, new ThingSelection(null, ["a"])));
        await StatusCommand.WriteCsvAsync(output, [state], View);
        Assert.DoesNotContain(output.ToString(), c => (char.IsControl(c) && c is not ('\n' or '\r')) || c == '\u202e');
        Assert.Contains("1 on  ]0;owned v1 ", output.ToString(), StringComparison.Ordinal);
        Assert.Null(state.LastUpload);
        Assert.Null(state.OldestWaiting);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("-5.5", "-5.5")]
    [InlineData("+a", "'+a")]
    [InlineData("\t=a,b", "\"' =a,b\"")]
    [InlineData("v1", "v1")]
    public async Task Csv_CellThatASpreadsheetWouldRun_HasAnApostrophe(string alias, string cell)
    {
        using var output = new StringWriter();
        await StatusCommand.WriteCsvAsync(output, [new ThingState("a") { Alias = alias }], View);
        Assert.StartsWith($"a,{cell},", output.ToString().Split('\n')[1], StringComparison.Ordinal);
    }

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
