using System.Text;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Tests.Signing;

public sealed class SessionTokensTests
{
    private readonly SigningWorld _world = new();

    [Fact]
    public void Open_IssuedToken_ReturnsTheSession()
    {
        var session = _world.Session();

        var issued = _world.Tokens.Issue(session);
        var opened = _world.Tokens.Open(issued.SessionToken)!;

        Assert.Equal((issued.AccessKeyId, issued.SecretAccessKey), (opened.AccessKeyId, opened.SecretAccessKey));
        Assert.Equal(session with { ContextKeys = opened.Session.ContextKeys }, opened.Session);
        Assert.Equal(session.ContextKeys.OrderBy(pair => pair.Key), opened.Session.ContextKeys.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void Issue_Keys_HaveTheFormOfAws()
    {
        var issued = _world.Tokens.Issue(_world.Session());

        Assert.Matches("^ASIA[A-Z2-7]{16}$", issued.AccessKeyId);
        Assert.Matches("^[A-Za-z0-9+/]{40}$", issued.SecretAccessKey);
        Assert.NotEqual(issued.SessionToken, _world.Tokens.Issue(_world.Session()).SessionToken);
    }

    [Fact]
    public void Issue_FractionOfASecond_IsCutOff()
    {
        var issued = _world.Tokens.Issue(_world.Session() with { Expiration = _world.Now.AddMilliseconds(1999) });

        Assert.Equal(_world.Now.AddSeconds(1), issued.Expiration);
        Assert.Equal(issued.Expiration, _world.Tokens.Open(issued.SessionToken)!.Session.Expiration);
    }

    [Fact]
    public void Open_AnyCharacterChanged_ReturnsNull()
    {
        var token = _world.Device.SessionToken;

        for (var i = 0; i < token.Length; i++)
        {
            var changed = new StringBuilder(token) { [i] = token[i] == 'A' ? 'B' : 'A' }.ToString();
            Assert.Null(_world.Tokens.Open(changed));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("QUJD")]
    public void Open_NotAToken_ReturnsNull(string token)
    {
        Assert.Null(_world.Tokens.Open(token));
        Assert.False(SessionTokens.HasTokenForm(token));
    }

    [Fact]
    public void Open_WhiteSpaceInside_ReturnsNull() => Assert.Null(_world.Tokens.Open(_world.Device.SessionToken.Insert(8, " ")));

    [Fact]
    public void Open_TokenOfAnotherKey_ReturnsNull() => Assert.Null(new SessionTokens(new byte[32]).Open(_world.Device.SessionToken));

    [Fact]
    public void Issue_LongestNames_FitsTheSmallestClient()
    {
        var random = new Random(7);
        string Name(int length) => string.Concat(random.GetItems<char>("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-:", length));
        var role = Name(64);
        var issued = _world.Tokens.Issue(new RoleSession(
            role, $"arn:aws:iam::123456789012:role/{role}", "AROAABCDEFGHIJKLMNOP", SigningWorld.CertificateId, _world.Now,
            new Dictionary<string, string>
            {
                ["credentials-iot:ThingName"] = Name(128),
                ["credentials-iot:ThingTypeName"] = Name(128),
                ["credentials-iot:AwsCertificateId"] = SigningWorld.CertificateId,
            }));

        var answer = $$$"""{"credentials":{"accessKeyId":"{{{issued.AccessKeyId}}}","secretAccessKey":"{{{issued.SecretAccessKey}}}","sessionToken":"{{{issued.SessionToken}}}","expiration":"2026-03-01T13:00:00Z"}}""";

        Assert.InRange(answer.Length, 200, 1100);
    }

    [Fact]
    public void ToString_OfSecrets_KeepsThem()
    {
        var opened = _world.Tokens.Open(_world.Device.SessionToken)!;

        Assert.DoesNotContain(_world.Device.SecretAccessKey, $"{_world.Device} {opened}", StringComparison.Ordinal);
        Assert.DoesNotContain(_world.Device.SessionToken, $"{_world.Device}", StringComparison.Ordinal);
        Assert.DoesNotContain(_world.Operator.SecretAccessKey, $"{_world.Operator}", StringComparison.Ordinal);
    }
}
