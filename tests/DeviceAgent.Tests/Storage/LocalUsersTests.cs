using DeviceAgent.Storage;

namespace DeviceAgent.Tests.Storage;

public sealed class LocalUsersTests
{
    /// <summary>In a container the kernel gives 65534 for every user of the host that its map leaves out: that number is no user, and gets no credentials.</summary>
    [Theory]
    [InlineData(65534, false, "         0       1000          1")]
    [InlineData(0, true, "         0       1000          1")]
    [InlineData(65534, true, "0 100000 65536")]
    [InlineData(65536, false, "0 100000 65536")]
    [InlineData(1001, true, "0 1000 1", "1001 100000 5")]
    [InlineData(4294967294, true, "         0          0 4294967295")]
    [InlineData(0, false)]
    public void Covers_MapOfAContainer_KnowsTheUsersInIt(uint user, bool isKnown, params string[] map) => Assert.Equal(isKnown, LocalUsers.Covers(map, user));

    [Fact]
    public void IsKnown_ThisProcess_KnowsItself() => Assert.True(LocalUsers.IsKnown(LocalUsers.Own));
}
