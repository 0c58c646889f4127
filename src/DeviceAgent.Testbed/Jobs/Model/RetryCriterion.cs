namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>How often an execution is tried again.</summary>
/// <param name="Failure">See <see cref="FailureType"/>.</param>
/// <param name="Retries">0 to 10.</param>
internal sealed record RetryCriterion(string Failure, int Retries);
