using DeviceAgent.Testbed.Commands;

namespace DeviceAgent.Testbed.Tests.Commands;

public sealed class TestbedCommandTests
{
    [Theory]
    [InlineData("--devices", "200", "--rate", "1")]
    [InlineData("--devices", "1000")]
    [InlineData("--rate", "0.01")]
    public void Parse_FleetInRange_IsTaken(params string[] arguments) => Assert.Empty(TestbedCommand.Create().Parse(arguments).Errors);

    [Theory]
    [InlineData("--devices must be between 0 and 1000, not 1001.", "--devices", "1001")]
    [InlineData("--rate must be between 0.01 and 100.", "--rate", "0")]
    [InlineData("--rate must be between 0.01 and 100.", "--rate", "NaN")]
    public void Parse_FleetOutOfRange_SaysTheRange(string message, params string[] arguments) =>
        Assert.Equal(message, Assert.Single(TestbedCommand.Create().Parse(arguments).Errors).Message);
}
