using System.Text.RegularExpressions;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Tests.Signing;

public sealed partial class PublishedSuiteTests
{
    /// <summary>
    /// Vectors whose files contradict each other. Nothing is left out for them: the canonical request is checked with the
    /// headers that it lists, string to sign and signature with the headers (and the content type) they were made from.
    /// </summary>
    private static readonly Dictionary<string, (string Reason, string ContentType)> Contradictory = new()
    {
        ["post-x-www-form-urlencoded"] = (
            "the canonical request lists content-length; string to sign and signature were made without it, as the signed request says",
            "application/x-www-form-urlencoded"),
        ["post-x-www-form-urlencoded-parameters"] = (
            "as above; besides, string to sign and signature were made from 'charset=utf8', all requests say 'charset=utf-8'",
            "application/x-www-form-urlencoded; charset=utf8"),
    };

    /// <summary>All names, so that a suite that lost a case is noticed.</summary>
    private static readonly string[] Names =
    [
        "get-header-key-duplicate", "get-header-value-order", "get-header-value-trim", "get-unreserved", "get-vanilla", "get-vanilla-empty-query-key",
        "get-vanilla-query", "get-vanilla-query-order-key", "get-vanilla-query-order-key-case", "get-vanilla-query-order-value",
        "get-vanilla-query-unreserved", "get-vanilla-utf8-query", "post-header-key-case", "post-header-key-sort", "post-header-value-case",
        "post-vanilla", "post-vanilla-empty-query-value", "post-vanilla-query", "post-x-www-form-urlencoded", "post-x-www-form-urlencoded-parameters",
        "get-relative", "get-relative-relative", "get-slash", "get-slash-dot-slash", "get-slash-pointless-dot", "get-slashes",
        "post-sts-header-after", "post-sts-header-before",
    ];

    public static TheoryData<string> All => [.. Names];

    [Fact]
    public void Suite_Loaded_HasExactlyTheKnownCases() => Assert.Equal(Names.Order(), PublishedSuite.Instance.Cases.Keys.Order());

    [Theory, MemberData(nameof(All))]
    public void CanonicalRequest_PublishedVector_Matches(string name)
    {
        var test = PublishedSuite.Instance.Cases[name];
        var listed = test.CanonicalRequest.Split('\n')[^2];

        Assert.Equal(test.CanonicalRequest, SigV4Canonicalizer.CanonicalRequest(test.Request, listed));
    }

    [Theory, MemberData(nameof(All))]
    public void Signature_PublishedVector_Matches(string name)
    {
        var suite = PublishedSuite.Instance;
        var test = suite.Cases[name];
        var signed = SignedHeaders().Match(test.SignedRequest).Groups[1].Value;
        var canonical = SigV4Canonicalizer.CanonicalRequest(AsSigned(test), signed);
        var toSign = SigV4Canonicalizer.StringToSign("20150830T123600Z", $"20150830/{suite.Region}/{suite.Service}/aws4_request", canonical);
        var key = SigV4Canonicalizer.SigningKey(suite.SecretAccessKey, "20150830", suite.Region, suite.Service);

        Assert.Equal(test.StringToSign, toSign);
        Assert.EndsWith("Signature=" + SigV4Canonicalizer.Signature(key, toSign), test.Authorization);
    }

    [Theory, MemberData(nameof(All))]
    public void Vector_UnlessListedAsContradictory_AgreesWithItself(string name)
    {
        var test = PublishedSuite.Instance.Cases[name];

        Assert.Equal(!Contradictory.ContainsKey(name), test.CanonicalRequest.Split('\n')[^2] == SignedHeaders().Match(test.SignedRequest).Groups[1].Value);
    }

    private static RawRequest AsSigned(PublishedSuite.Case test) => !Contradictory.TryGetValue(test.Name, out var real)
        ? test.Request
        : test.Request with { Headers = [.. test.Request.Headers.Where(h => h.Key != "Content-Type"), new("Content-Type", real.ContentType)] };

    [GeneratedRegex("SignedHeaders=([^,]*),")]
    private static partial Regex SignedHeaders();
}
