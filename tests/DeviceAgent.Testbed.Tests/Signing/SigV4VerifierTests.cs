using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Tests.Signing;

public sealed class SigV4VerifierTests
{
    private const string Invalid = "The security token included in the request is invalid.";

    private readonly SigningWorld _world = new();

    [Fact]
    public void Verify_DeviceCredentials_NamesTheAssumedRole()
    {
        var caller = _world.Verify(Put(Device)).Caller!;

        Assert.Equal($"arn:aws:sts::123456789012:assumed-role/ddb-access/{SigningWorld.CertificateId}", caller.Arn);
        Assert.Equal($"AROAABCDEFGHIJKLMNOP:{SigningWorld.CertificateId}", caller.UserId);
        Assert.Equal(("ddb-access", _world.Device.AccessKeyId), (caller.RoleName, caller.AccessKeyId));
        Assert.Equal("boiler-07", caller.ContextKeys["credentials-iot:thingname"]);
        Assert.Equal("arn:aws:iam::123456789012:role/fleet/ddb-access", caller.ContextKeys["aws:PrincipalArn"]);
    }

    [Fact]
    public void Verify_OperatorKey_NamesTheUser()
    {
        var caller = _world.Verify(Put(Operator)).Caller!;

        Assert.Equal("arn:aws:iam::123456789012:user/operator", caller.Arn);
        Assert.Null(caller.RoleName);
    }

    [Fact]
    public void Verify_OperatorKeyWithToken_IsRefused() =>
        Refused(Put(Operator with { Token = _world.Device.SessionToken }), "UnrecognizedClientException", Invalid);

    [Fact]
    public void Verify_DeviceKeyWithoutToken_IsRefused() => Refused(Put(Device with { Token = null }), "UnrecognizedClientException", Invalid);

    [Fact]
    public void Verify_TokenOfAnotherSession_IsRefused() =>
        Refused(Put(Device with { Token = _world.Tokens.Issue(_world.Session()).SessionToken }), "UnrecognizedClientException", Invalid);

    [Fact]
    public void Verify_TokenWithoutItsForm_IsRefused() =>
        Refused(Put(Device with { Token = "FQoEXAMPLETOKEN" }), "UnrecognizedClientException", "The security token included in the request is invalid");

    [Fact]
    public void Verify_WrongSecret_SaysWhatShouldHaveBeenSigned()
    {
        var failure = _world.Verify(Put(Device with { Secret = "wrong" })).Failure!;

        Assert.Equal("InvalidSignatureException", failure.Type);
        Assert.StartsWith("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'POST\n/\n\ncontent-type:application/x-amz-json-1.0\nhost:127.0.0.1:9001\n", failure.Message, StringComparison.Ordinal);
        Assert.Contains("'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20260301T120000Z\n20260301/us-east-1/dynamodb/aws4_request\n", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("'\n", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_TokenAtItsEnd_IsExpired()
    {
        var credentials = _world.Tokens.Issue(_world.Session(TimeSpan.FromMinutes(15)));
        var signer = TestSigner.With(credentials);

        _world.Time.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        Assert.True(_world.Verify(Put(signer)).IsGood);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        Refused(Put(signer), "ExpiredTokenException", "The security token included in the request is expired");
    }

    [Theory]
    [InlineData(-300)]
    [InlineData(0)]
    [InlineData(300)]
    public void Verify_ClockWithinTolerance_Passes(int seconds) => Assert.True(_world.Verify(Put(Device, seconds)).IsGood);

    [Fact]
    public void Verify_ClockBehind_IsExpired() => Refused(Put(Device, -301), "InvalidSignatureException",
        "Signature expired: 20260301T115459Z is now earlier than 20260301T115500Z (20260301T120000Z - 5 min.)");

    [Fact]
    public void Verify_ClockAhead_IsNotYetCurrent() => Refused(Put(Device, 301), "InvalidSignatureException",
        "Signature not yet current: 20260301T120501Z is still later than 20260301T120500Z (20260301T120000Z + 5 min.)");

    [Fact]
    public void Verify_WrongScope_SaysEverythingThatIsWrong()
    {
        var request = Put(Device with { Region = "c", Service = "d", Terminator = "e" });
        var authorization = request.Header("Authorization")!.Replace("/20260301/", "/b/", StringComparison.Ordinal);

        Refused(With(request, "Authorization", authorization), "InvalidSignatureException",
            "Credential should be scoped to a valid region, not 'c'. Credential should be scoped to correct service: 'dynamodb'. " +
            "Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. " +
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20260301', from '20260301T120000Z'.");
    }

    [Theory]
    [InlineData("iotdata")]
    [InlineData("iotdevicegateway")]
    public void Verify_ServiceWithTwoNames_AcceptsBoth(string service) =>
        Assert.True(_world.Verifier.Verify(Put(Device with { Service = service }), SignedService.IotData.ServiceNames).IsGood);

    public static TheoryData<string, string, string, string> BadAuthorizations => new()
    {
        { "", "", "MissingAuthenticationTokenException", "Request is missing Authentication Token" },
        { "Basic dTpw", "", "MissingAuthenticationTokenException", "Request is missing Authentication Token" },
        { "AWS AKIA:abc", "", "MissingAuthenticationTokenException", "Request is missing Authentication Token" },
        { "AWS4-HMAC-SHA256", "", "IncompleteSignatureException", "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256" },
        { "AWS4-HMAC-SHA256", "X-Amz-Date", "IncompleteSignatureException", "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256" },
        { "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host", "", "IncompleteSignatureException", "Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host" },
        { "AWS4-HMAC-SHA512 Credential=a/b/c/d/e,SignedHeaders=host,Signature=0", "", "IncompleteSignatureException", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now). " },
        { "AWS4-HMAC-SHA256 Credential=a/b/c/d,SignedHeaders=host,Signature=0", "", "IncompleteSignatureException", "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'" },
        { "AWS4-HMAC-SHA256 Credential=a/b/c/d/e,SignedHeaders=x-amz-date,Signature=0", "", "InvalidSignatureException", "'Host' must be a 'SignedHeader' in the AWS Authorization." },
        { "AWS4-HMAC-SHA256 Credential=a/b/c/d/e,SignedHeaders=host;x-amz-date,Signature=0", "", "InvalidSignatureException", "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization." },
    };

    [Theory, MemberData(nameof(BadAuthorizations))]
    public void Verify_BadAuthorization_SaysWhatIsWrong(string authorization, string without, string type, string message)
    {
        var request = new RawRequest("POST", "/", [.. Put(Operator).Headers.Where(h => h.Key != "Authorization" && h.Key != without)], default);
        if (authorization.Length > 0) request = request with { Headers = [.. request.Headers, new("Authorization", authorization)] };

        Refused(request, type, message);
    }

    [Fact]
    public void Verify_ParametersInAnotherOrderAndSeparatedBySpaces_Passes()
    {
        var request = Put(Device);
        var words = request.Header("Authorization")!.Split(' ').Select(word => word.TrimEnd(',')).ToList();

        Assert.True(_world.Verify(With(request, "Authorization", $"{words[0]} {words[3]} {words[2]} {words[1]}")).IsGood);
    }

    [Fact]
    public void Verify_UnparsableDate_IsIncomplete() => Refused(With(Put(Device), "X-Amz-Date", "201"), "IncompleteSignatureException",
        "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601");

    [Theory]
    [InlineData("X-Amz-Security-Token")]
    [InlineData("X-Amz-Target")]
    [InlineData("X-Amz-Date")]
    public void Verify_UnsignedAmzHeader_IsRefused(string name) =>
        Refused(Put(Device with { Unsigned = [name] }), "InvalidSignatureException", $"'{name}' must be a 'SignedHeader' in the AWS Authorization.");

    [Fact]
    public void Verify_DateHeaderInsteadOfAmzDate_Passes()
    {
        var signer = Operator with { Unsigned = ["X-Amz-Date"] };
        var request = signer.Sign("GET", "/", _world.Now, [], ("Host", "h"), ("Date", _world.Now.ToString("R")));

        Assert.True(_world.Verify(request with { Headers = [.. request.Headers.Where(h => h.Key != "X-Amz-Date")] }).IsGood);
    }

    [Fact]
    public void Verify_HeaderAndQuery_IsRefused() => Refused(Put(Device) with { Target = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256" }, "InvalidSignatureException",
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");

    [Fact]
    public void Verify_Presigned_PassesUntilItsEnd()
    {
        var request = Device.Presign("GET", "/", "h", _world.Now, expires: 600);

        _world.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(_world.Verify(request).IsGood);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        Refused(request, "InvalidSignatureException", "Signature expired: 20260301T120000Z is now earlier than 20260301T120001Z (20260301T121001Z - 10 min.)");
    }

    [Fact]
    public void Verify_PresignedAnyCharacterChanged_IsRefused()
    {
        var request = Device.Presign("GET", "/", "h", _world.Now);
        Assert.True(_world.Verify(request).IsGood);

        for (var i = 2; i < request.Target.Length; i++)
        {
            var target = request.Target.Remove(i, 1).Insert(i, request.Target[i] == 'a' ? "b" : "a");
            Assert.False(_world.Verify(request with { Target = target }).IsGood, target);
        }
    }

    [Fact]
    public void Verify_PresignedWithoutItsParts_SaysWhichAreMissing() => Refused(new RawRequest("GET", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=x", [], default),
        "IncompleteSignatureException",
        "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters.");

    [Theory]
    [InlineData(0)]
    [InlineData(604801)]
    public void Verify_PresignedForTooLong_IsRefused(int expires) => Refused(Device.Presign("GET", "/", "h", _world.Now, expires), "IncompleteSignatureException",
        $"X-Amz-Expires must be a number of seconds between 1 and 604800. Got '{expires}'");

    private TestSigner Device => TestSigner.With(_world.Device);

    private TestSigner Operator => TestSigner.With(_world.Operator);

    private RawRequest Put(TestSigner signer, int secondsOff = 0) => SigningWorld.PutItem(signer, _world.Now.AddSeconds(secondsOff));

    private static RawRequest With(RawRequest request, string name, string value) =>
        request with { Headers = [.. request.Headers.Where(h => h.Key != name), new(name, value)] };

    private void Refused(RawRequest request, string type, string message)
    {
        var failure = _world.Verify(request).Failure;

        Assert.Equal((type, message), (failure?.Type, failure?.Message));
    }
}
