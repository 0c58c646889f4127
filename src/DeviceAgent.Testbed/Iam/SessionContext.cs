namespace DeviceAgent.Testbed.Iam;

/// <summary>The condition keys that every request of a role session has.</summary>
internal static class SessionContext
{
    /// <param name="caller">The session.</param>
    /// <param name="roleArn">Its role.</param>
    /// <param name="now">The cloud's time.</param>
    /// <param name="more">Keys of this request; they win.</param>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Of(
        Caller caller, string roleArn, DateTimeOffset now, IReadOnlyDictionary<string, IReadOnlyList<string>>? more)
    {
        var context = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["aws:CurrentTime"] = [now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")],
            ["aws:EpochTime"] = [$"{now.ToUnixTimeSeconds()}"],
            ["aws:PrincipalAccount"] = [CloudAccount.AccountId],
            ["aws:PrincipalArn"] = [roleArn],
            ["aws:PrincipalType"] = ["AssumedRole"],
            ["aws:userid"] = [caller.UserId],
            ["aws:RequestedRegion"] = [CloudAccount.Region],
        };
        foreach (var (key, value) in caller.ContextKeys) context[key] = [value];
        if (more is null) return context;
        foreach (var (key, values) in more) context[key] = values;
        return context;
    }
}
