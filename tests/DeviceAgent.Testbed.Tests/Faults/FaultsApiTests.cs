using System.Text;
using System.Text.Json;
using DeviceAgent.Testbed.Faults;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Tests.Faults;

public sealed class FaultsApiTests
{
    private const string Defaults = """
        {
          "unregisteredCertificate": "forbidden",
          "thingVariables": true,
          "credentialsQuota": 50,
          "clockSkewSeconds": 0,
          "dynamoDb": {},
          "things": {}
        }
        """;

    private readonly FaultSwitches _faults = new(new Random(1));

    [Fact]
    public async Task Get_NothingSet_ShowsTheDefaults() => Assert.Equal((200, Defaults), await SendAsync("GET"));

    [Fact]
    public async Task Put_EmptyObject_LeavesTheDefaults() => Assert.Equal((200, Defaults), await SendAsync("PUT", "{}"));

    [Fact]
    public async Task Put_Everything_IsShownAgainAndInForce()
    {
        const string Everything = """
            {
              "credentials": {
                "status": 429,
                "message": "Rate exceeded",
                "errorType": "ThrottlingException",
                "retryAfterSeconds": 7,
                "delayMilliseconds": 250,
                "body": "good",
                "reset": false,
                "count": 3
              },
              "unregisteredCertificate": "tls",
              "thingVariables": false,
              "credentialsQuota": 5,
              "clockSkewSeconds": -900,
              "dynamoDb": {
                "throttle": {
                  "probability": 0.5,
                  "count": 4
                },
                "serverError": {
                  "probability": 1,
                  "count": 1
                },
                "delay": {
                  "probability": 1,
                  "milliseconds": 20
                },
                "dropAnswer": {
                  "probability": 0.25
                },
                "unprocessed": {
                  "probability": 0.1
                }
              },
              "things": {
                "thermostat-01": {
                  "network": true,
                  "throttle": false
                }
              }
            }
            """;

        Assert.Equal((200, Everything), await SendAsync("PUT", Everything));
        Assert.Equal((200, Everything), await SendAsync("GET"));
        Assert.Equal((429, TimeSpan.FromMilliseconds(250), 3), (_faults.Current.Credentials!.Status, _faults.Current.Credentials.Delay, _faults.Current.Credentials.Count));
        Assert.Equal((UnregisteredCertificate.Tls, false, TimeSpan.FromMinutes(-15)), (_faults.Current.UnregisteredCertificate, _faults.Current.ThingVariables, _faults.Current.ClockSkew));
        Assert.Equal(20, _faults.Current.DynamoDb.Delay?.Milliseconds);
        Assert.Equal((true, false), (_faults.Current.Of("thermostat-01").Network, _faults.Current.Of("thermostat-02").Network));
    }

    [Theory]
    [InlineData("malformed", "malformed")]
    [InlineData("oversize", "oversize")]
    [InlineData("expired", "expired")]
    public async Task Put_CredentialsBody_IsTaken(string name, string shown)
    {
        await SendAsync("PUT", "{\"credentials\":{\"body\":\"" + name + "\"}}");

        Assert.Equal(shown, _faults.Current.Credentials!.Body.ToString().ToLowerInvariant());
        Assert.Null(_faults.Current.Credentials.Count);
    }

    [Fact]
    public async Task Put_FaultWithoutProbability_HitsAlways()
    {
        await SendAsync("PUT", """{"dynamoDb":{"throttle":{}}}""");

        Assert.Equal(1, _faults.Current.DynamoDb.Throttle?.Probability);
    }

    [Fact]
    public async Task Delete_AfterPut_GoesBackToTheDefaults()
    {
        await SendAsync("PUT", """{"thingVariables":false,"credentials":{"reset":true}}""");

        Assert.Equal((200, Defaults), await SendAsync("DELETE"));
        Assert.Equal(new FaultSettings(), _faults.Current);
    }

    [Theory]
    [InlineData("""{"thingVariable":true}""", "'thingVariable' is not known; known here: clockSkewSeconds, credentials, credentialsQuota, dynamoDb, thingVariables, things, unregisteredCertificate")]
    [InlineData("""{"credentials":{"code":500}}""", "'credentials.code' is not known; known here: body, count, delayMilliseconds, errorType, message, reset, retryAfterSeconds, status")]
    [InlineData("""{"things":{"thermostat-01":{"net":true}}}""", "'things.thermostat-01.net' is not known; known here: network, throttle")]
    [InlineData("""{"things":{"thermostat-01":null}}""", "'things.thermostat-01' is null, must be an object")]
    [InlineData("""{"dynamoDb":{"delay":{"ms":1}}}""", "'dynamoDb.delay.ms' is not known; known here: count, milliseconds, probability")]
    [InlineData("""{"credentialsQuota":0}""", "'credentialsQuota' is 0, must be 1 to 1000000")]
    [InlineData("""{"credentials":{"status":200}}""", "'credentials.status' is 200, must be 400 to 599")]
    [InlineData("""{"credentials":{"status":500,"count":0}}""", "'credentials.count' is 0, must be 1 to 2147483647")]
    [InlineData("""{"credentials":{"message":"x"}}""", "'credentials.message' and 'credentials.errorType' belong to an error answer: set 'credentials.status' too")]
    [InlineData("""{"credentials":{"status":500,"errorType":"a\r\nb"}}""", "'credentials.errorType' is 'a\r\nb', must be fit for a header, such as ThrottlingException")]
    [InlineData("""{"credentials":{"status":500,"reset":true}}""", "'credentials' can have one of 'status', 'body' and 'reset'")]
    [InlineData("""{"dynamoDb":{"delay":{}}}""", "'dynamoDb.delay.milliseconds' is missing")]
    [InlineData("""{"dynamoDb":{"dropAnswer":{"milliseconds":1}}}""", "'dynamoDb.dropAnswer.milliseconds' belongs to dynamoDb.delay only")]
    [InlineData("""{"dynamoDb":{"throttle":{"probability":1.5}}}""", "'dynamoDb.throttle.probability' is 1.5, must be 0 to 1")]
    [InlineData("null", "The settings must be a JSON object")]
    public async Task Put_WrongSettings_SaysWhatIsRightAndChangesNothing(string body, string error)
    {
        _faults.Set(new FaultSettings { CredentialsQuota = 9 });

        var (status, answer) = await SendAsync("PUT", body);

        Assert.Equal(400, status);
        Assert.Equal(error, Assert.Single(Errors(answer)));
        Assert.Equal(new FaultSettings { CredentialsQuota = 9 }, _faults.Current);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"unregisteredCertificate":"maybe"}""")]
    [InlineData("""{"unregisteredCertificate":1}""")]
    [InlineData("""{"clockSkewSeconds":"x"}""")]
    public async Task Put_NotSettings_IsRefused(string body)
    {
        var (status, answer) = await SendAsync("PUT", body);

        Assert.Equal(400, status);
        Assert.NotEqual("", Assert.Single(Errors(answer)));
        Assert.Equal(new FaultSettings(), _faults.Current);
    }

    [Fact]
    public async Task Put_SeveralErrors_NamesThemAll() => Assert.Equal(3, Errors((await SendAsync("PUT", """{"a":1,"b":2,"dynamoDb":{"c":3}}""")).Body).Count());

    [Fact]
    public async Task Put_HugeBody_IsRefused() => Assert.Equal(400, (await SendAsync("PUT", new string(' ', 100_000))).Status);

    [Fact]
    public async Task Post_Anything_IsNotAllowed() => Assert.Equal(405, (await SendAsync("POST", "{}")).Status);

    private static IEnumerable<string?> Errors(string answer) => JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("errors").EnumerateArray().Select(error => error.GetString());

    private async Task<(int Status, string Body)> SendAsync(string method, string body = "")
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        context.Response.Body = new MemoryStream();
        await new FaultsApi(_faults).HandleAsync(context);
        return (context.Response.StatusCode, Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray()));
    }
}
