using DeviceAgent.Fleet.Commands;
using DeviceAgent.Fleet.Output;
using DeviceAgent.Fleet.Things;
using Spectre.Console;

namespace DeviceAgent.Fleet.Tests.Output;

public sealed class NarrowTableTests
{
    private const string Name = "thermostat-01";
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly ThingState[] Rows =
    [
        new(Name) { Alias = "device-agent", Health = "ok", ReportedAt = Now, LastUpload = Now, CredentialsExpire = Now.AddHours(1), CertificateExpires = Now.AddYears(20), Waiting = 12, Version = "0.10.0", Change = new AliasChange("applied", null, null, null) },
        new("thermostat-02") { Alias = "device-agent", Health = "upload: the table does not exist, and more words", ReportedAt = Now },
    ];

    [Theory]
    [InlineData(200, 10)]
    [InlineData(100, 5)]
    [InlineData(80, 4)]
    [InlineData(50, 3)]
    public async Task Table_OnATerminal_FitsAndBreaksNoName(int width, int atLeast)
    {
        var text = await WrittenAsync(width);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, l => Assert.InRange(l.TrimEnd().Length, 0, width));
        Assert.All(Rows, r => Assert.Contains($"{r.Name} ", text, StringComparison.Ordinal));
        Assert.Contains("device-agent ", text, StringComparison.Ordinal);
        Assert.InRange(Titles(text), atLeast, 10);
    }

    [Fact]
    public async Task Table_OnFortyColumns_HasNameAliasAndHealth()
    {
        var text = await WrittenAsync(40);
        Assert.Equal(3, Titles(text));
        Assert.Contains("thermostat-02", text, StringComparison.Ordinal);
    }

    private static int Titles(string text) => StateColumns.All.Count(c => text.Contains(c.Title, StringComparison.OrdinalIgnoreCase));

    private static async Task<string> WrittenAsync(int width)
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = width;
        await StatusCommand.Table(Rows, new StateView(Now, TimeSpan.FromHours(2), null), width).WriteAsync(new Screen(output, TextWriter.Null, console, canAsk: false));
        return output.ToString();
    }
}
