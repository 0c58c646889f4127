using DeviceAgent.TestSupport;

namespace DeviceAgent.Credentials.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_OfTheLibrary_IsTheApprovedOne() => Assert.Equal("", PublicApi.Difference(typeof(CredentialCache).Assembly));
}
