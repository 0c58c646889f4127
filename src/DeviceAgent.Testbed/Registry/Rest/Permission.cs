namespace DeviceAgent.Testbed.Registry.Rest;

/// <summary>What a policy must allow.</summary>
/// <param name="Action">E.g. <c>iot:GetThingShadow</c>.</param>
/// <param name="Resource">The ARN acted upon.</param>
internal readonly record struct Permission(string Action, string Resource);
