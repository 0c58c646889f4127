namespace DeviceAgent.Control.Cloud;

/// <param name="State">What is.</param>
/// <param name="Since">When that began, on the monotonic clock; null when off.</param>
/// <param name="Problem">Why the last connection ended or was not made, or what the policy does not allow; null when all is well.</param>
internal sealed record LinkStatus(LinkState State, long? Since = null, string? Problem = null);
