using System.Runtime.Versioning;
using DeviceAgent.Local;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Tests.Local;

[UnsupportedOSPlatform("windows")]
public sealed class ListenerTokenTests : IDisposable
{
    private const UnixFileMode UserAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private readonly TemporaryFolder _folder = new();

    private string TokenPath => _folder.File(ListenerToken.IngestFileName);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LoadOrCreate_FirstStart_MakesOneThatOnlyUserAndGroupCanRead()
    {
        ListenerToken.LoadOrCreate(TokenPath);
        Assert.Equal(UserAndGroup, File.GetUnixFileMode(TokenPath));
        Assert.Matches("^[A-Za-z0-9_-]{43}\n$", File.ReadAllText(TokenPath));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void LoadOrCreate_SecondStart_KeepsIt()
    {
        ListenerToken.LoadOrCreate(TokenPath);
        var token = File.ReadAllText(TokenPath);
        Assert.True(ListenerToken.LoadOrCreate(TokenPath).IsIn(Request($"Bearer {token.Trim()}")));
        Assert.Equal(token, File.ReadAllText(TokenPath));
    }

    [Fact]
    public void LoadOrCreate_EverybodyCanReadIt_IsRefused()
    {
        ListenerToken.LoadOrCreate(TokenPath);
        File.SetUnixFileMode(TokenPath, UserAndGroup | UnixFileMode.OtherRead);
        Assert.Contains("chmod 640", Assert.Throws<EndpointException>(() => ListenerToken.LoadOrCreate(TokenPath)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    public void LoadOrCreate_TooShort_IsRefused(string token)
    {
        File.WriteAllText(TokenPath, token);
        File.SetUnixFileMode(TokenPath, UserAndGroup);
        Assert.Contains("shorter than", Assert.Throws<EndpointException>(() => ListenerToken.LoadOrCreate(TokenPath)).Message, StringComparison.Ordinal);
    }

    private static HttpRequest Request(string authorization)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = authorization;
        return context.Request;
    }
}
