namespace DeviceAgent.Testbed.Shadow;

/// <summary>The role alias that an operator wants a thing to use.</summary>
/// <param name="Name">Of the role alias.</param>
/// <param name="Since">When it was asked for, by the shadow or by a job.</param>
internal readonly record struct WantedRoleAlias(string Name, DateTimeOffset Since);
