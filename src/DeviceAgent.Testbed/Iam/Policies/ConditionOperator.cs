using System.Collections.Frozen;

namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>What an operator name means.</summary>
/// <param name="Negated">It is the denial of its test.</param>
/// <param name="Compile">Makes the test for one value in the policy; the flag says whether the policy's version has variables.</param>
internal sealed record ConditionOperator(bool Negated, Func<string, bool, ConditionTest> Compile)
{
    public static FrozenDictionary<string, ConditionOperator> All { get; } = new Dictionary<string, ConditionOperator>
    {
        ["StringEquals"] = Is(TextTests.Equal),
        ["StringNotEquals"] = IsNot(TextTests.Equal),
        ["StringEqualsIgnoreCase"] = Is(TextTests.EqualIgnoringCase),
        ["StringNotEqualsIgnoreCase"] = IsNot(TextTests.EqualIgnoringCase),
        ["StringLike"] = Is(TextTests.Like),
        ["StringNotLike"] = IsNot(TextTests.Like),
        ["ArnEquals"] = Is(TextTests.ArnLike),
        ["ArnNotEquals"] = IsNot(TextTests.ArnLike),
        ["ArnLike"] = Is(TextTests.ArnLike),
        ["ArnNotLike"] = IsNot(TextTests.ArnLike),
        ["Bool"] = Is((expected, _) => ValueTests.Bool(expected)),
        ["BinaryEquals"] = Is((expected, _) => ValueTests.Binary(expected)),
        ["IpAddress"] = Is((expected, _) => AddressTest.InRange(expected)),
        ["NotIpAddress"] = IsNot((expected, _) => AddressTest.InRange(expected)),
        ["NumericEquals"] = Is((expected, _) => ValueTests.Number(expected, order => order == 0)),
        ["NumericNotEquals"] = IsNot((expected, _) => ValueTests.Number(expected, order => order == 0)),
        ["NumericLessThan"] = Is((expected, _) => ValueTests.Number(expected, order => order < 0)),
        ["NumericLessThanEquals"] = Is((expected, _) => ValueTests.Number(expected, order => order <= 0)),
        ["NumericGreaterThan"] = Is((expected, _) => ValueTests.Number(expected, order => order > 0)),
        ["NumericGreaterThanEquals"] = Is((expected, _) => ValueTests.Number(expected, order => order >= 0)),
        ["DateEquals"] = Is((expected, _) => ValueTests.Date(expected, order => order == 0)),
        ["DateNotEquals"] = IsNot((expected, _) => ValueTests.Date(expected, order => order == 0)),
        ["DateLessThan"] = Is((expected, _) => ValueTests.Date(expected, order => order < 0)),
        ["DateLessThanEquals"] = Is((expected, _) => ValueTests.Date(expected, order => order <= 0)),
        ["DateGreaterThan"] = Is((expected, _) => ValueTests.Date(expected, order => order > 0)),
        ["DateGreaterThanEquals"] = Is((expected, _) => ValueTests.Date(expected, order => order >= 0)),
    }.ToFrozenDictionary();

    private static ConditionOperator Is(Func<string, bool, ConditionTest> compile) => new(Negated: false, compile);

    private static ConditionOperator IsNot(Func<string, bool, ConditionTest> compile) => new(Negated: true, compile);
}
