using DeviceAgent.Supervision;

namespace DeviceAgent.Tests.Supervision;

public class SupervisorTests
{
    [Theory]
    [InlineData("30000000", null, 30.0)]
    [InlineData("30000000", "", 30.0)]
    [InlineData("30000000", "42", 30.0)]
    [InlineData("500000", "42", 0.5)]
    [InlineData("30000000", "43", null)]
    [InlineData("30000000", "x", null)]
    [InlineData(null, "42", null)]
    [InlineData("", null, null)]
    [InlineData("0", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("1e6", null, null)]
    [InlineData(" 30000000", null, null)]
    [InlineData("18446744073709551615", null, null)]
    [InlineData("9223372036854775807", null, null)]
    public void PeriodOf_Environment_IsThePeriodOfPingsThatAreExpectedOfThisProcess(string? microseconds, string? process, double? seconds) =>
        Assert.Equal(seconds, Supervisor.PeriodOf(microseconds, process, own: 42)?.TotalSeconds);

    [Fact]
    public void None_IsToldNothing()
    {
        Assert.False(Supervisor.None.Listens);
        Supervisor.None.Notifier.Ready();
        Supervisor.None.Notifier.Stopping();
    }
}
