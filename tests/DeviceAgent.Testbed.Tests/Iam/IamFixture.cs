using DeviceAgent.TestSupport;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Tests.Iam;

/// <summary>An IAM of its own, with documents to fill it.</summary>
internal sealed class IamFixture : IDisposable
{
    public const string Trust = """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"credentials.iot.amazonaws.com"},"Action":"sts:AssumeRole"}]}
        """;

    public const string OwnTable = """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:us-east-1:123456789012:table/${credentials-iot:ThingName}"}]}
        """;

    public IamFixture() => Service = new IamService(Store, Time);

    public StateStore Store { get; } = new(":memory:");

    public ManualTimeProvider Time { get; } = new();

    public IamService Service { get; }

    public static string AllowAll(string action = "*") => PolicyDecisions.Statement($$"""{"Effect":"Allow","Action":"{{action}}","Resource":"*"}""");

    public static Caller Session(string role = "ddb-access", string thing = "boiler-07") => new(
        "ASIAEXAMPLE", $"arn:aws:sts::123456789012:assumed-role/{role}/cert", "AROAEXAMPLE:cert", role,
        new Dictionary<string, string> { ["credentials-iot:ThingName"] = thing });

    public static IamException Refused(Action act, string code)
    {
        var e = Assert.Throws<IamException>(act);
        Assert.Equal(code, e.Code);
        return e;
    }

    public void Dispose() => Store.Dispose();
}

/// <summary>Short ways to ask policies in tests.</summary>
internal static class PolicyDecisions
{
    public static PolicyDecision Decide(string policy, string action, string resource, params (string Key, string[] Values)[] context) =>
        PolicyEvaluator.Evaluate([PolicyDocument.Parse(policy)], new PolicyRequest(action, resource, Context(context)));

    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Context(params (string Key, string[] Values)[] context) =>
        context.ToDictionary(entry => entry.Key, entry => (IReadOnlyList<string>)entry.Values);

    public static string Statement(string statement, string version = "2012-10-17") =>
        $$"""{"Version":"{{version}}","Statement":[{{statement}}]}""";
}
