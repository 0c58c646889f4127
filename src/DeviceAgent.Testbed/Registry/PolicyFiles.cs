namespace DeviceAgent.Testbed.Registry;

/// <summary>The documents in scripts/policies, built in: what the set-up scripts make on AWS, the testbed starts with.</summary>
internal static class PolicyFiles
{
    /// <summary>A document for this account; the names between @ signs are replaced.</summary>
    public static string Read(string file, params ReadOnlySpan<(string Placeholder, string Value)> names)
    {
        using var stream = typeof(PolicyFiles).Assembly.GetManifestResourceStream(file) ?? throw new ArgumentException($"There is no scripts/policies/{file}.", nameof(file));
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd().Replace("@PARTITION@", "aws").Replace("@REGION@", CloudAccount.Region).Replace("@ACCOUNT@", CloudAccount.AccountId);
        foreach (var (placeholder, value) in names) text = text.Replace(placeholder, value);
        return text;
    }
}
