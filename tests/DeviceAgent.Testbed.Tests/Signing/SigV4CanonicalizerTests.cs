using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Tests.Signing;

public sealed class SigV4CanonicalizerTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    [Theory]
    [InlineData("/things/line-4%3Aboiler/shadow", "/things/line-4%253Aboiler/shadow")]
    [InlineData("/topics/site%2Fa%20b", "/topics/site%252Fa%2520b")]
    [InlineData("/jobs/$next", "/jobs/%24next")]
    [InlineData("/jobs/%24next", "/jobs/%2524next")]
    [InlineData("", "/")]
    [InlineData("/example space/", "/example%20space/")]
    [InlineData("/ሴ", "/%E1%88%B4")]
    [InlineData("/a/b/../../../c", "/c")]
    public void CanonicalRequest_Path_IsEncodedOnceMore(string path, string canonical) =>
        Assert.Equal(canonical, CanonicalLines(path)[1]);

    [Theory]
    [InlineData("/bucket//key/../x", "/bucket//key/../x")]
    [InlineData("/a%20b%2Fc", "/a%20b%2Fc")]
    [InlineData("/a b", "/a%20b")]
    [InlineData("", "/")]
    public void CanonicalRequest_PathOfS3_IsTakenAsItIs(string path, string canonical) =>
        Assert.Equal(canonical, CanonicalLines(path, PathStyle.Verbatim)[1]);

    [Theory]
    [InlineData("?b=2&a=1&a", "a=&a=1&b=2")]
    [InlineData("?a%2Fb=c%20d+e", "a%2Fb=c%20d%2Be")]
    [InlineData("?k=%7e%2d%zz", "k=~-%25zz")]
    [InlineData("?a=b=c", "a=b%3Dc")]
    [InlineData("?", "")]
    public void CanonicalRequest_Query_IsDecodedEncodedAndSorted(string query, string canonical) =>
        Assert.Equal(canonical, CanonicalLines("/" + query)[2]);

    [Fact]
    public void CanonicalRequest_Presigned_LeavesOutTheSignatureOnly()
    {
        var request = new RawRequest("GET", "/?X-Amz-Signature=ab&X-Amz-Date=1", [new("Host", "h")], default);

        Assert.Equal("X-Amz-Date=1", SigV4Canonicalizer.CanonicalRequest(request, "host", presigned: true).Split('\n')[2]);
        Assert.Equal("X-Amz-Date=1&X-Amz-Signature=ab", SigV4Canonicalizer.CanonicalRequest(request, "host").Split('\n')[2]);
    }

    [Fact]
    public void CanonicalRequest_HostWithPort_IsKeptAsReceived() =>
        Assert.Contains("\nhost:127.0.0.1:9001\n", SigV4Canonicalizer.CanonicalRequest(new RawRequest("GET", "/", [new("Host", "127.0.0.1:9001")], default), "host"), StringComparison.Ordinal);

    [Theory]
    [InlineData("UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD")]
    [InlineData("0000", "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")]
    public void CanonicalRequest_ContentHashHeader_IsBelievedOnlyAsUnsigned(string header, string hash)
    {
        var request = new RawRequest("POST", "/", [new("Host", "h"), new("X-Amz-Content-SHA256", header)], "x"u8.ToArray());

        Assert.Equal(hash, SigV4Canonicalizer.CanonicalRequest(request, "host").Split('\n')[^1]);
    }

    [Fact]
    public void Signature_OwnDynamoDbVector_Matches()
    {
        var body = """{"TableName":"dev1","Item":{"serial_number":{"S":"SN1"},"timestamp":{"N":"1772366400"}}}"""u8.ToArray();
        var request = new RawRequest("POST", "/",
        [
            new("Host", "dynamodb.us-east-1.amazonaws.com"), new("X-Amz-Date", "20260301T120000Z"), new("Content-Type", "application/x-amz-json-1.0"),
            new("X-Amz-Security-Token", "FQoEXAMPLETOKEN=="), new("X-Amz-Target", "DynamoDB_20120810.PutItem"),
        ], body);

        var canonical = SigV4Canonicalizer.CanonicalRequest(request, "content-type;host;x-amz-date;x-amz-security-token;x-amz-target");
        var key = SigV4Canonicalizer.SigningKey(Secret, "20260301", "us-east-1", "dynamodb");
        var toSign = SigV4Canonicalizer.StringToSign("20260301T120000Z", "20260301/us-east-1/dynamodb/aws4_request", canonical);

        Assert.EndsWith("b10f01147b1d7cfec25ceb9bfd899918a4a4ac9d9c711ad7179f2e8a47611fe7", canonical);
        Assert.Equal("79076448522c1ba898741acba693998c2ffe512194a7ec43ed98e1a32be08d87", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));
        Assert.Equal("ebe66ec7b2158c928d3045d7ddd4704cda0fc2cb2534118f797d81b402646b1d", Convert.ToHexStringLower(key));
        Assert.Equal("908ea03e47b9969356951b945817124ca8d14c6864beb65aa852a7a9b251dd9f", SigV4Canonicalizer.Signature(key, toSign));
    }

    private static string[] CanonicalLines(string target, PathStyle style = PathStyle.Normalized) =>
        SigV4Canonicalizer.CanonicalRequest(new RawRequest("GET", target, [new("Host", "h")], default), "host", pathStyle: style).Split('\n');
}
