using DeviceAgent.Diagnostics;

namespace DeviceAgent.Tests.Diagnostics;

public sealed class AddressSpaceTests
{
    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(2_147_483_648UL)]
    public void Limit_ThatSuffices_IsNoProblem(ulong bytes) => Assert.Null(AddressSpace.FindProblem(bytes));

    [Fact]
    public void Limit_TooSmall_IsSaidWithWhatToDo()
    {
        var problem = AddressSpace.FindProblem(1_000_000_000);
        Assert.Contains("limited to 953 MB (ulimit -v, LimitAS=)", problem, StringComparison.Ordinal);
        Assert.Contains("MemoryMax=", problem, StringComparison.Ordinal);
    }
}
