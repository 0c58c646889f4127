using DeviceAgent.Testbed.DynamoDb.Expressions;

namespace DeviceAgent.Testbed.Tests.DynamoDb.Expressions;

public class ReservedWordsTests
{
    [Fact]
    public void Count_WholeList_Is573() => Assert.Equal(573, ReservedWords.Count);

    [Theory]
    [InlineData("timestamp", true)]
    [InlineData("Name", true)]
    [InlineData("STATUS", true)]
    [InlineData("ttl", true)]
    [InlineData("zone", true)]
    [InlineData("serial_number", false)]
    [InlineData("temperature", false)]
    public void Contains_AnyCase_KnowsTheWords(string word, bool reserved) => Assert.Equal(reserved, ReservedWords.Contains(word));
}
