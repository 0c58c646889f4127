using DeviceAgent.Diagnostics;

namespace DeviceAgent.Tests.Diagnostics;

public class AgentBuildTests
{
    [Theory]
    [InlineData("0.1.0+1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d", "0.1.0 (commit 1a2b3c4d5e6f, built 2026-11-29)")]
    [InlineData("0.1.0-rc.1+1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d", "0.1.0-rc.1 (commit 1a2b3c4d5e6f, built 2026-11-29)")]
    [InlineData("0.1.0+abc", "0.1.0 (commit abc, built 2026-11-29)")]
    [InlineData("0.1.0", "0.1.0 (commit unknown, built 2026-11-29)")]
    [InlineData("0.1.0+", "0.1.0 (commit unknown, built 2026-11-29)")]
    public void Of_WhatTheSdkWrites_IsForPeople(string informational, string expected) => Assert.Equal(expected, AgentBuild.Of(informational, "2026-11-29").ToString());
}
