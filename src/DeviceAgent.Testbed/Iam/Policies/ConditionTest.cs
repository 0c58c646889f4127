namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>Compares one value of the request with one value that the policy lists; the context is there for variables in the latter.</summary>
internal delegate bool ConditionTest(string actual, IReadOnlyDictionary<string, IReadOnlyList<string>> context);
