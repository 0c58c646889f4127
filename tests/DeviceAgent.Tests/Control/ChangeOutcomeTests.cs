using DeviceAgent.Control;

namespace DeviceAgent.Tests.Control;

public sealed class ChangeOutcomeTests
{
    [Fact]
    public void Reason_HoweverItIsGiven_IsOnePrintableLineAndBounded()
    {
        var outcome = new ChangeOutcome(ChangeResult.Rejected, "code", "a\nb\u202ec");
        Assert.Equal("a b c", outcome.Reason);
        Assert.Equal("x y", (outcome with { Reason = "x\u001by" }).Reason);
        Assert.Equal(ChangeOutcome.LongestReason, (outcome with { Reason = new string('x', 5000) }).Reason!.Length);
        Assert.Null(ChangeOutcome.Applied.Reason);
    }
}
