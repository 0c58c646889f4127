using DeviceAgent.Fleet.Commands;
using DeviceAgent.Fleet.Rotation;
using static DeviceAgent.Fleet.Tests.Rotation.Rotations;

namespace DeviceAgent.Fleet.Tests.Rotation;

public sealed class RotationSummaryTests
{
    private static readonly RotationStep Complete = new RotationStep.Over(RotationEnd.Complete, "every thing was asked");

    [Fact]
    public void Lines_OfAMixedEnd_CanBePastedIntoATicket()
    {
        var summary = Summary(
            new ThingOutcome("a", ThingResult.Proven, "v2"), new ThingOutcome("b", ThingResult.Failed, "v1", "rejected writesDenied: see the role"), new ThingOutcome("c", ThingResult.NotBegun, "v1"), new ThingOutcome("d", ThingResult.Untouched, null));

        Assert.Equal(
            """
            Rotation v2-20260301-120000: v1 -> v2, group fleet, 4 things
              every thing was asked
              started 2026-03-01T12:00:00Z, as of 2026-03-01T12:08:00Z (8 min)
              proven              1  a
              failed              1
              not begun           1  c
              untouched           1  d
              why they failed:
                b: rejected writesDenied: see the role
              now active: v1 on 2, v2 on 1, (never reported) on 1
              jobs: v2-20260301-120000-fleet-1
            """.ReplaceLineEndings("\n"),
            string.Join('\n', summary.Lines()));
        Assert.Equal(ExitCode.Failed, RotationFollower.Verdict(summary, Complete, isInterrupted: false).Code);
    }

    [Fact]
    public void Verdict_EachEnd_HasItsExitCodeAndSaysHowToGoOn()
    {
        var good = Summary(new ThingOutcome("a", ThingResult.Proven, "v2"), new ThingOutcome("b", ThingResult.Before, "v2"));
        Assert.Equal((ExitCode.Ok, null), RotationFollower.Verdict(good, Complete, isInterrupted: false));
        foreach (var (end, code) in new[] { (RotationEnd.CanaryStopped, ExitCode.CanaryStopped), (RotationEnd.Paused, ExitCode.NotOver), (RotationEnd.Aborted, ExitCode.Aborted), (RotationEnd.Threshold, ExitCode.Aborted) })
        {
            var verdict = RotationFollower.Verdict(good, new RotationStep.Over(end, ""), isInterrupted: false);
            Assert.Equal(code, verdict.Code);
            Assert.Contains($"device-fleet resume {Plan.Name}", verdict.Advice, StringComparison.Ordinal);
        }

        var interrupted = RotationFollower.Verdict(good, new RotationStep.Wait(""), isInterrupted: true);
        Assert.Equal(ExitCode.NotOver, interrupted.Code);
        Assert.Contains($"device-fleet watch {Plan.Name}", interrupted.Advice, StringComparison.Ordinal);
    }

    private static RotationSummary Summary(params ThingOutcome[] outcomes) =>
        new(State(Job(RotationStage.Fleet, 1, "COMPLETED", Counts(succeeded: 1))), "every thing was asked", outcomes, Start.AddMinutes(8));
}
