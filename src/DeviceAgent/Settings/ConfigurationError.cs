namespace DeviceAgent.Settings;

/// <summary>One thing that is wrong with the configuration: the key, its value (null: absent or secret), and what would be right.</summary>
internal sealed record ConfigurationError(string Key, string? Value, string Problem)
{
    public override string ToString() => Value is null ? $"{Key}: {Problem}" : $"{Key} = {Shorten(Value)}: {Problem}";

    private static string Shorten(string value) => value.Length <= 200 ? value : value[..200] + "...";
}
