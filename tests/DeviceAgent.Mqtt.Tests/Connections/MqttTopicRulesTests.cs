using DeviceAgent.Mqtt.Connections;

namespace DeviceAgent.Mqtt.Tests.Connections;

public class MqttTopicRulesTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("/", true)]
    [InlineData("#", true)]
    [InlineData("+", true)]
    [InlineData("a/#", true)]
    [InlineData("+/a/+/#", true)]
    [InlineData("//+//", true)]
    [InlineData("", false)]
    [InlineData("a#", false)]
    [InlineData("#/a", false)]
    [InlineData("a/#/b", false)]
    [InlineData("a+/b", false)]
    [InlineData("a/+b", false)]
    [InlineData("a\0", false)]
    public void IsFilter_WildcardsFillLevels(string filter, bool valid)
    {
        Assert.Equal(valid, MqttTopicRules.IsFilter(filter));
        Assert.Equal(valid, MqttTopicRules.IsFilterOrShared(filter));
    }

    [Theory]
    [InlineData("$share/g/a", true)]
    [InlineData("$share/g/#", true)]
    [InlineData("$share/g//", true)]
    [InlineData("$share/g", false)]
    [InlineData("$share/g/", false)]
    [InlineData("$share//a", false)]
    [InlineData("$share/+/a", false)]
    [InlineData("$share/g#/a", false)]
    [InlineData("$shared", true)]
    public void IsFilterOrShared_NeedsNameAndFilter(string filter, bool valid) => Assert.Equal(valid, MqttTopicRules.IsFilterOrShared(filter));

    [Theory]
    [InlineData("a/b", true)]
    [InlineData("$aws/things/x/shadow", true)]
    [InlineData("", false)]
    [InlineData("a/+", false)]
    [InlineData("#", false)]
    public void IsTopic_HasNoWildcard(string topic, bool valid) => Assert.Equal(valid, MqttTopicRules.IsTopic(topic));
}
