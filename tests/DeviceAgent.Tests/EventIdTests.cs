using System.Reflection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Tests;

public class EventIdTests
{
    private static readonly (Type Type, LoggerMessageAttribute Message)[] Messages =
    [
        .. typeof(DeviceAgent.Readings.Reading).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Select(m => (t, m.GetCustomAttribute<LoggerMessageAttribute>())))
            .Where(p => p.Item2 is not null)
            .Select(p => (p.t, p.Item2!)),
    ];

    [Fact]
    public void EventIds_OfAllFeatures_AreUnique()
    {
        Assert.True(Messages.Length > 20);
        Assert.Empty(Messages.GroupBy(m => m.Message.EventId).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Theory]
    [InlineData("DeviceAgent.Readings", 2000)]
    [InlineData("DeviceAgent.Spool", 2100)]
    [InlineData("DeviceAgent.Upload", 2200)]
    [InlineData("DeviceAgent.Hosting", 2300)]
    [InlineData("DeviceAgent.Local", 2400, 2900)]
    [InlineData("DeviceAgent.Clock", 2500)]
    [InlineData("DeviceAgent.Control", 2600)]
    [InlineData("DeviceAgent.RoleAlias", 2700)]
    [InlineData("DeviceAgent.Certificate", 2800)]
    [InlineData("DeviceAgent.Supervision", 3000)]
    [InlineData("DeviceAgent.Traffic", 3100)]
    [InlineData("DeviceAgent.History", 3200)]
    public void EventIds_OfAFeature_LieInItsBlock(string feature, params int[] blocks)
    {
        var ids = Messages.Where(m => m.Type.Namespace == feature).Select(m => m.Message.EventId).ToList();
        Assert.NotEmpty(ids);
        Assert.All(ids, id => Assert.Contains(id - (id % 100), blocks));
        Assert.Equal(blocks, ids.Select(id => id - (id % 100)).Distinct().Order());
    }
}
