namespace DeviceAgent.Testbed.Iam.Policies;

internal enum ConditionScope
{
    /// <summary>No qualifier: the key has one value.</summary>
    SingleValue,

    /// <summary><c>ForAllValues:</c> every value in the request satisfies the operator; so does a key without values.</summary>
    AllValues,

    /// <summary><c>ForAnyValue:</c> at least one value in the request satisfies the operator.</summary>
    AnyValue,
}
