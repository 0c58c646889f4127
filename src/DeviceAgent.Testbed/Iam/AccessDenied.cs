namespace DeviceAgent.Testbed.Iam;

/// <summary>How AWS words the refusal of a request that was understood and whose signature is good.</summary>
internal static class AccessDenied
{
    public static string Message(Caller caller, string action, string resource, PolicyDecision decision)
    {
        var reason = decision == PolicyDecision.ExplicitDeny
            ? "with an explicit deny in an identity-based policy"
            : $"because no identity-based policy allows the {action} action";
        return $"User: {caller.Arn} is not authorized to perform: {action} on resource: {resource} {reason}";
    }
}
