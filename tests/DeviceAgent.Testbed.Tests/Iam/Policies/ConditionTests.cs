using DeviceAgent.Testbed.Iam;
using static DeviceAgent.Testbed.Tests.Iam.PolicyDecisions;

namespace DeviceAgent.Testbed.Tests.Iam.Policies;

/// <summary>Each row: a condition block on key <c>k:x</c>, the key's values in the request (parted by |, null = key absent), whether it holds.</summary>
public sealed class ConditionTests
{
    [Theory]
    [InlineData("""{"StringEquals":{"k:x":"a"}}""", "a", true)]
    [InlineData("""{"StringEquals":{"k:x":"a"}}""", "A", false)]
    [InlineData("""{"StringEquals":{"K:X":"a"}}""", "a", true)]
    [InlineData("""{"StringEquals":{"k:x":["a","b"]}}""", "b", true)]
    [InlineData("""{"StringEquals":{"k:x":"*"}}""", "a", false)]
    [InlineData("""{"StringEquals":{"k:x":"*"}}""", "*", true)]
    [InlineData("""{"StringEquals":{"k:x":"a"}}""", null, false)]
    [InlineData("""{"StringEquals":{"k:x":"${k:y}"}}""", "why", true)]
    [InlineData("""{"StringEquals":{"k:x":"${k:none}"}}""", "why", false)]
    [InlineData("""{"StringEquals":{"k:x":"${k:none, 'a'}"}}""", "a", true)]
    [InlineData("""{"StringEquals":{"k:x":5}}""", "5", true)]
    [InlineData("""{"StringEquals":{"k:x":true}}""", "true", true)]
    [InlineData("""{"StringEqualsIfExists":{"k:x":"a"}}""", null, true)]
    [InlineData("""{"StringEqualsIfExists":{"k:x":"a"}}""", "b", false)]
    [InlineData("""{"StringNotEquals":{"k:x":"a"}}""", "b", true)]
    [InlineData("""{"StringNotEquals":{"k:x":["a","b"]}}""", "b", false)]
    [InlineData("""{"StringNotEquals":{"k:x":"a"}}""", null, true)]
    [InlineData("""{"StringNotEquals":{"k:x":"${k:y}"}}""", "why", false)]
    [InlineData("""{"StringNotEquals":{"k:x":"${k:none}"}}""", "why", true)]
    [InlineData("""{"StringEqualsIgnoreCase":{"k:x":"aB"}}""", "Ab", true)]
    [InlineData("""{"StringEqualsIgnoreCase":{"k:x":"aB"}}""", "Abc", false)]
    [InlineData("""{"StringNotEqualsIgnoreCase":{"k:x":"aB"}}""", "Ab", false)]
    [InlineData("""{"StringLike":{"k:x":"a*c?"}}""", "abbcd", true)]
    [InlineData("""{"StringLike":{"k:x":"a*c?"}}""", "abbc", false)]
    [InlineData("""{"StringLike":{"k:x":"${k:y}-*"}}""", "why-1", true)]
    [InlineData("""{"StringLike":{"k:x":"${k:star}"}}""", "abc", false)]
    [InlineData("""{"StringLike":{"k:x":"a*"}}""", "Ab", false)]
    [InlineData("""{"StringNotLike":{"k:x":"a*"}}""", "abc", false)]
    [InlineData("""{"StringNotLike":{"k:x":"a*"}}""", "bc", true)]
    public void Holds_StringOperators(string condition, string? values, bool expected) => AssertHolds(condition, values, expected);

    [Theory]
    [InlineData("""{"ArnEquals":{"k:x":"arn:aws:iot:us-east-1:123456789012:rolealias/*"}}""", "arn:aws:iot:us-east-1:123456789012:rolealias/a:b", true)]
    [InlineData("""{"ArnLike":{"k:x":"arn:aws:iot:*:123456789012:rolealias/a"}}""", "arn:aws:iot:eu-west-1:123456789012:rolealias/a", true)]
    [InlineData("""{"ArnLike":{"k:x":"arn:aws:iot:*:rolealias/a"}}""", "arn:aws:iot:eu-west-1:123456789012:rolealias/a", false)]
    [InlineData("""{"ArnLike":{"k:x":"arn:aws:iot:*:*:*"}}""", "arn:aws:iot:eu-west-1:123456789012:rolealias/a", true)]
    [InlineData("""{"ArnLike":{"k:x":"*"}}""", "arn:aws:iot:eu-west-1:123456789012:rolealias/a", false)]
    [InlineData("""{"ArnLike":{"k:x":"arn:aws:iot:*:*:*"}}""", "not an arn", false)]
    [InlineData("""{"ArnLike":{"k:x":"arn:aws:iot:us-east-1:1:thing/${k:y}"}}""", "arn:aws:iot:us-east-1:1:thing/why", true)]
    [InlineData("""{"ArnNotEquals":{"k:x":"arn:aws:iot:us-east-1:1:thing/a"}}""", "arn:aws:iot:us-east-1:1:thing/a", false)]
    [InlineData("""{"ArnNotLike":{"k:x":"arn:aws:iot:*:*:thing/a*"}}""", "arn:aws:iot:us-east-1:1:thing/b", true)]
    [InlineData("""{"ArnNotLike":{"k:x":"arn:aws:iot:*:*:thing/a*"}}""", null, true)]
    [InlineData("""{"ArnLikeIfExists":{"k:x":"arn:aws:iot:*:*:thing/a*"}}""", null, true)]
    public void Holds_ArnOperators(string condition, string? values, bool expected) => AssertHolds(condition, values, expected);

    [Theory]
    [InlineData("""{"NumericEquals":{"k:x":"10"}}""", "10.0", true)]
    [InlineData("""{"NumericEquals":{"k:x":10}}""", "11", false)]
    [InlineData("""{"NumericEquals":{"k:x":"10"}}""", "ten", false)]
    [InlineData("""{"NumericNotEquals":{"k:x":"10"}}""", "11", true)]
    [InlineData("""{"NumericLessThan":{"k:x":"10"}}""", "9", true)]
    [InlineData("""{"NumericLessThan":{"k:x":"10"}}""", "10", false)]
    [InlineData("""{"NumericLessThan":{"k:x":"10"}}""", "100", false)]
    [InlineData("""{"NumericLessThanEquals":{"k:x":"10"}}""", "10", true)]
    [InlineData("""{"NumericGreaterThan":{"k:x":"-1.5"}}""", "-1", true)]
    [InlineData("""{"NumericGreaterThan":{"k:x":"10"}}""", "10", false)]
    [InlineData("""{"NumericGreaterThanEquals":{"k:x":"10"}}""", "10", true)]
    [InlineData("""{"NumericGreaterThanEquals":{"k:x":"10"}}""", null, false)]
    [InlineData("""{"DateEquals":{"k:x":"2026-03-01T12:00:00Z"}}""", "2026-03-01T13:00:00+01:00", true)]
    [InlineData("""{"DateEquals":{"k:x":"2026-03-01"}}""", "2026-03-01T00:00:00Z", true)]
    [InlineData("""{"DateEquals":{"k:x":"1772366400"}}""", "2026-03-01T12:00:00Z", true)]
    [InlineData("""{"DateNotEquals":{"k:x":"2026-03-01T12:00:00Z"}}""", "2026-03-01T12:00:00.5Z", true)]
    [InlineData("""{"DateLessThan":{"k:x":"2026-03-01T12:00:00Z"}}""", "2026-03-01T11:59:59Z", true)]
    [InlineData("""{"DateLessThan":{"k:x":"2026-03-01T12:00:00Z"}}""", "2026-03-01T12:00:00Z", false)]
    [InlineData("""{"DateLessThan":{"k:x":"2026-03-01T12:00:00Z"}}""", "yesterday", false)]
    [InlineData("""{"DateLessThanEquals":{"k:x":"2026-03-01T12:00:00Z"}}""", "1772366400", true)]
    [InlineData("""{"DateGreaterThan":{"k:x":"2026-03-01T12:00:00Z"}}""", "2026-03-01T12:00:01Z", true)]
    [InlineData("""{"DateGreaterThanEquals":{"k:x":"2026-03-01T12:00:00Z"}}""", "2026-03-01T11:00:00Z", false)]
    [InlineData("""{"Bool":{"k:x":"true"}}""", "true", true)]
    [InlineData("""{"Bool":{"k:x":true}}""", "True", true)]
    [InlineData("""{"Bool":{"k:x":"false"}}""", "true", false)]
    [InlineData("""{"Bool":{"k:x":"false"}}""", null, false)]
    [InlineData("""{"BoolIfExists":{"k:x":"true"}}""", null, true)]
    [InlineData("""{"Bool":{"k:x":["true","false"]}}""", "false", true)]
    [InlineData("""{"BinaryEquals":{"k:x":"QmlsbA=="}}""", "QmlsbA==", true)]
    [InlineData("""{"BinaryEquals":{"k:x":"QmlsbA=="}}""", "QmlsbB==", false)]
    public void Holds_NumberDateBoolAndBinaryOperators(string condition, string? values, bool expected) => AssertHolds(condition, values, expected);

    [Theory]
    [InlineData("""{"IpAddress":{"k:x":"192.0.2.0/24"}}""", "192.0.2.77", true)]
    [InlineData("""{"IpAddress":{"k:x":"192.0.2.9/24"}}""", "192.0.2.77", true)]
    [InlineData("""{"IpAddress":{"k:x":"192.0.2.0/24"}}""", "192.0.3.77", false)]
    [InlineData("""{"IpAddress":{"k:x":"192.0.2.128/25"}}""", "192.0.2.127", false)]
    [InlineData("""{"IpAddress":{"k:x":"192.0.2.128/25"}}""", "192.0.2.128", true)]
    [InlineData("""{"IpAddress":{"k:x":"192.0.2.1"}}""", "192.0.2.1", true)]
    [InlineData("""{"IpAddress":{"k:x":"192.0.2.1"}}""", "192.0.2.2", false)]
    [InlineData("""{"IpAddress":{"k:x":"0.0.0.0/0"}}""", "203.0.113.1", true)]
    [InlineData("""{"IpAddress":{"k:x":"0.0.0.0/0"}}""", "2001:db8::1", false)]
    [InlineData("""{"IpAddress":{"k:x":["10.0.0.0/8","2001:db8::/33"]}}""", "2001:db8:7fff::1", true)]
    [InlineData("""{"IpAddress":{"k:x":"2001:db8::/33"}}""", "2001:db8:8000::1", false)]
    [InlineData("""{"IpAddress":{"k:x":"10.0.0.0/8"}}""", "ten", false)]
    [InlineData("""{"NotIpAddress":{"k:x":"10.0.0.0/8"}}""", "10.1.1.1", false)]
    [InlineData("""{"NotIpAddress":{"k:x":"10.0.0.0/8"}}""", "11.1.1.1", true)]
    [InlineData("""{"NotIpAddress":{"k:x":"10.0.0.0/8"}}""", null, true)]
    public void Holds_AddressOperators(string condition, string? values, bool expected) => AssertHolds(condition, values, expected);

    [Theory]
    [InlineData("""{"Null":{"k:x":"true"}}""", null, true)]
    [InlineData("""{"Null":{"k:x":true}}""", "a", false)]
    [InlineData("""{"Null":{"k:x":"false"}}""", "a", true)]
    [InlineData("""{"Null":{"k:x":"false"}}""", null, false)]
    [InlineData("""{"ForAllValues:StringEquals":{"k:x":["a","b"]}}""", "a|b", true)]
    [InlineData("""{"ForAllValues:StringEquals":{"k:x":["a","b"]}}""", "a|c", false)]
    [InlineData("""{"ForAllValues:StringEquals":{"k:x":["a","b"]}}""", null, true)]
    [InlineData("""{"ForAllValues:StringLike":{"k:x":"a*"}}""", "a1|a2", true)]
    [InlineData("""{"ForAllValues:StringNotEquals":{"k:x":"a"}}""", "b|c", true)]
    [InlineData("""{"ForAllValues:StringNotEquals":{"k:x":"a"}}""", "a|c", false)]
    [InlineData("""{"ForAnyValue:StringEquals":{"k:x":["a","b"]}}""", "c|b", true)]
    [InlineData("""{"ForAnyValue:StringEquals":{"k:x":["a","b"]}}""", "c|d", false)]
    [InlineData("""{"ForAnyValue:StringEquals":{"k:x":["a","b"]}}""", null, false)]
    [InlineData("""{"ForAnyValue:StringEqualsIfExists":{"k:x":["a","b"]}}""", null, true)]
    [InlineData("""{"ForAnyValue:StringNotEquals":{"k:x":"a"}}""", "a|b", true)]
    [InlineData("""{"ForAnyValue:StringNotEquals":{"k:x":"a"}}""", "a", false)]
    [InlineData("""{"ForAnyValue:StringNotEquals":{"k:x":"a"}}""", null, false)]
    [InlineData("""{"StringEquals":{"k:x":"a"}}""", "b|a", true)]
    [InlineData("""{"StringNotEquals":{"k:x":"a"}}""", "b|a", false)]
    public void Holds_NullAndSetOperators(string condition, string? values, bool expected) => AssertHolds(condition, values, expected);

    private static void AssertHolds(string condition, string? values, bool expected)
    {
        var policy = Statement($$"""{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{condition}}}""");
        (string, string[])[] context = [("k:y", ["why"]), ("k:star", ["*"])];
        if (values is not null) context = [.. context, ("k:x", values.Split('|'))];

        Assert.Equal(expected ? PolicyDecision.Allow : PolicyDecision.ImplicitDeny, Decide(policy, "a:B", "*", context));
    }
}
