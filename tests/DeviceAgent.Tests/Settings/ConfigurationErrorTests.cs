using DeviceAgent.Settings;

namespace DeviceAgent.Tests.Settings;

public sealed class ConfigurationErrorTests
{
    [Fact]
    public void ToString_WhatCannotBePrinted_IsEscapedWhereverItStands()
    {
        Assert.Equal(@"thing\nName = boiler\u001b[31m\n07: it cannot be \u202ea name", new ConfigurationError("thing\nName", "boiler\u001b[31m\n07", "it cannot be \u202ea name").ToString());
        Assert.Equal(@"x\ry: is not a setting", new ConfigurationError("x\ry", null, "is not a setting").ToString());
        Assert.Equal("größe = 日本: no", new ConfigurationError("größe", "日本", "no").ToString());
    }

    [Fact]
    public void ToString_LongValue_IsCut() =>
        Assert.Equal($"a = {new string('x', 197)}...: too long", new ConfigurationError("a", new string('x', 1000), "too long").ToString());
}
