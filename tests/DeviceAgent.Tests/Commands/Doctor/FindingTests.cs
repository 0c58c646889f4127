using System.Text.Json;
using DeviceAgent.Commands;
using DeviceAgent.Commands.Doctor;
using DeviceAgent.Settings;

namespace DeviceAgent.Tests.Commands.Doctor;

public sealed class FindingTests
{
    private static readonly Finding Good = Finding.Ok("dns", "x");
    private static readonly Finding Bad = Finding.Failure("tcp", "closed\nport", "open it", "network");

    [Fact]
    public void ExitCode_IsThatOfTheWorstFinding()
    {
        Assert.Equal(ExitCode.Ok, DoctorCommand.ExitCodeOf([Good, Finding.Needs("tls", "tcp")]));
        Assert.Equal(ExitCode.Warnings, DoctorCommand.ExitCodeOf([Good, Finding.Warning("clock", "late", null)]));
        Assert.Equal(ExitCode.Failure, DoctorCommand.ExitCodeOf([Finding.Warning("clock", "late", null), Bad, Good]));
        Assert.Equal(ExitCode.BadConfiguration, DoctorCommand.ExitCodeOf([Finding.Failure(CheckName.Configuration, "x", null)]));
    }

    [Fact]
    public void Verdict_NamesWhatIsBad()
    {
        Assert.Equal("All is well.", DoctorReport.Verdict([Good]));
        Assert.Equal("1 failure: tcp; 2 warnings: clock, disk.", DoctorReport.Verdict([Bad, Finding.Warning("clock", "x", null), Finding.Warning("disk", "x", null)]));
    }

    [Fact]
    public async Task Text_HasALineForEachAndTheRemedyBelow()
    {
        using var output = new StringWriter();
        await DoctorReport.WriteAsync(output, Bad, inColour: false);
        await DoctorReport.WriteAsync(output, Good, inColour: true);
        Assert.Equal(
            """
            FAIL  tcp              closed port
                                   cause: network
                                   remedy: open it

            """ + "\u001b[32mok  \u001b[0m  dns              x\n", output.ToString());
    }

    [Fact]
    public void Json_HasFindingsAndVerdict()
    {
        using var document = JsonDocument.Parse(DoctorReport.Json([Good, Bad, Finding.Needs("tls", "tcp")]));
        var root = document.RootElement;
        Assert.Equal(("failure", "1 failure: tcp."), (root.GetProperty("verdict").GetString(), root.GetProperty("summary").GetString()));
        Assert.Equal(["ok", "failure", "skipped"], root.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("result").GetString()));
        Assert.Equal("""{"check":"tcp","result":"failure","what":"closed port","cause":"network","remedy":"open it"}""", JsonSerializer.Serialize(root.GetProperty("findings")[1]));
    }

    [Fact]
    public void ConfigurationError_RemedyStandsApart()
    {
        var finding = IdentityCheck.Of(CheckName.Certificate, new ConfigurationError("certificatePath", "/c", "there is no file. Put it there.") { Remedy = "Put it there." });
        Assert.Equal(("certificatePath = /c: there is no file.", "Put it there."), (finding.What, finding.Remedy));
    }
}
