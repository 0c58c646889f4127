using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DeviceAgent.Testbed.Tests.Signing;

public sealed class SignedRequestReaderTests
{
    private readonly SigningWorld _world = new();

    [Fact]
    public async Task Read_GoodSignature_ReturnsCallerAndBody()
    {
        var context = Context(Sign(Operator("iot"), body: "{\"a\":1}"));

        var request = await Reader(SignedService.Iot).ReadAsync(context);

        Assert.Equal("arn:aws:iam::123456789012:user/operator", request!.Caller.Arn);
        Assert.Equal("{\"a\":1}", Encoding.UTF8.GetString(request.Body.Span));
        Assert.Equal(request.RequestId, context.Response.Headers["x-amzn-RequestId"]);
        Assert.True(Guid.TryParse(request.RequestId, out _));
        Assert.Equal("Sun, 01 Mar 2026 12:00:00 GMT", context.Response.Headers.Date);
        Assert.Equal(0, context.Response.Body.Length);
    }

    [Theory]
    [InlineData("unsigned", "MissingAuthenticationTokenException")]
    [InlineData("incomplete", "IncompleteSignatureException")]
    [InlineData("wrong secret", "InvalidSignatureException")]
    [InlineData("unknown key", "UnrecognizedClientException")]
    [InlineData("expired token", "ExpiredTokenException")]
    [InlineData("late", "InvalidSignatureException")]
    [InlineData("early", "InvalidSignatureException")]
    public async Task Read_RefusedByARestService_AnswersInItsForm(string fault, string type)
    {
        var context = Context(Faulty(fault, "iot"));

        Assert.Null(await Reader(SignedService.Iot).ReadAsync(context));

        Assert.Equal((403, "application/json", type), (context.Response.StatusCode, context.Response.ContentType, context.Response.Headers["x-amzn-ErrorType"].ToString()));
        Assert.NotEqual("", JsonSerializer.Deserialize<JsonElement>(BodyOf(context)).GetProperty("message").GetString());
        Assert.True(Guid.TryParse(context.Response.Headers["x-amzn-RequestId"], out _));
    }

    [Theory]
    [InlineData("unsigned", "MissingAuthenticationToken")]
    [InlineData("incomplete", "IncompleteSignature")]
    [InlineData("wrong secret", "SignatureDoesNotMatch")]
    [InlineData("unknown key", "InvalidClientTokenId")]
    [InlineData("expired token", "ExpiredToken")]
    [InlineData("late", "RequestExpired")]
    [InlineData("early", "RequestExpired")]
    public async Task Read_RefusedByAQueryService_AnswersInItsForm(string fault, string code)
    {
        foreach (var (service, ns) in new[] { (SignedService.Iam, "https://iam.amazonaws.com/doc/2010-05-08/"), (SignedService.Sts, "https://sts.amazonaws.com/doc/2011-06-15/") })
        {
            var context = Context(Faulty(fault, service.ServiceNames.Single()));

            Assert.Null(await Reader(service).ReadAsync(context));

            XNamespace xml = ns;
            var response = XElement.Parse(BodyOf(context));
            var error = response.Element(xml + "Error")!;
            Assert.Equal((403, "text/xml", xml + "ErrorResponse"), (context.Response.StatusCode, context.Response.ContentType, response.Name));
            Assert.Equal(("Sender", code), (error.Element(xml + "Type")!.Value, error.Element(xml + "Code")!.Value));
            Assert.NotEqual("", error.Element(xml + "Message")!.Value);
            Assert.Equal(context.Response.Headers["x-amzn-RequestId"], response.Element(xml + "RequestId")!.Value);
        }
    }

    [Fact]
    public async Task Read_ScopeOfAnotherService_IsRefused()
    {
        var context = Context(Sign(Operator("iam")));

        Assert.Null(await Reader(SignedService.Sts).ReadAsync(context));

        Assert.Contains("Credential should be scoped to correct service: 'sts'.", BodyOf(context), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/things/line-4%3Aboiler", "/things/line-4%253Aboiler")]
    [InlineData("/jobs/%24next", "/jobs/%2524next")]
    public async Task Read_EncodedPath_IsVerifiedAsItStandsOnTheRequestLine(string raw, string canonical)
    {
        var signed = Sign(Operator("iot"), target: canonical) with { Target = raw };

        Assert.NotNull(await Reader(SignedService.Iot).ReadAsync(Context(signed)));
    }

    [Fact]
    public async Task Read_ControlCharacterInTheRequest_StillAnswersInXml()
    {
        var request = Sign(Operator("iam") with { Secret = "wrong" });
        var context = Context(request with { Headers = [.. request.Headers.Where(h => h.Key != "X-Custom"), new("X-Custom", "a\u0001b")] });

        Assert.Null(await Reader(SignedService.Iam).ReadAsync(context));

        Assert.Contains("x-custom:a\uFFFDb", XElement.Parse(BodyOf(context)).Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_BodyTooLong_IsRefusedWithoutKeepingIt(bool announced)
    {
        var context = Context(Sign(Operator("iot")));
        context.Request.Body = new MemoryStream(new byte[SignedRequestReader.MaxBodyBytes + 1]);
        context.Request.ContentLength = announced ? SignedRequestReader.MaxBodyBytes + 1 : null;

        Assert.Null(await Reader(SignedService.Iot).ReadAsync(context));

        Assert.Equal(413, context.Response.StatusCode);
    }

    private RawRequest Faulty(string fault, string service) => fault switch
    {
        "unsigned" => Sign(Operator(service)) with { Headers = [new("Host", "h")] },
        "incomplete" => Sign(Operator(service)) with { Headers = [new("Host", "h"), new("Authorization", "AWS4-HMAC-SHA256 Credential=a")] },
        "wrong secret" => Sign(Operator(service) with { Secret = "wrong" }),
        "unknown key" => Sign(Operator(service) with { AccessKeyId = "AKIAUNKNOWN" }),
        "expired token" => Sign(TestSigner.With(_world.Tokens.Issue(_world.Session(TimeSpan.Zero))) with { Service = service }),
        "late" => Sign(Operator(service), seconds: -301),
        "early" => Sign(Operator(service), seconds: 301),
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    private SignedRequestReader Reader(SignedService service) => new(_world.Verifier, service, _world.Time);

    private TestSigner Operator(string service) => TestSigner.With(_world.Operator) with { Service = service };

    private RawRequest Sign(TestSigner signer, string body = "", string target = "/", int seconds = 0) =>
        signer.Sign("POST", target, _world.Now.AddSeconds(seconds), Encoding.UTF8.GetBytes(body), ("Host", "h"), ("X-Custom", "ab"));

    private static DefaultHttpContext Context(RawRequest request)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = request.Method;
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = request.Target;
        context.Request.Body = new MemoryStream(request.Body.ToArray());
        context.Response.Body = new MemoryStream();
        foreach (var (name, value) in request.Headers) context.Request.Headers.Append(name, value);
        return context;
    }

    private static string BodyOf(HttpContext context) => Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray());
}
