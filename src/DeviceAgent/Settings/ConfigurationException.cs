using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Settings;

/// <summary>The configuration cannot be used; all that is wrong with it is told together.</summary>
internal sealed class ConfigurationException : Exception
{
    public ConfigurationException()
    {
    }

    public ConfigurationException(string message) : base(message)
    {
    }

    public ConfigurationException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public ConfigurationException(IReadOnlyList<ConfigurationError> errors) : base(string.Join(Environment.NewLine, errors)) => Errors = errors;

    public IReadOnlyList<ConfigurationError> Errors { get; } = [];
}

/// <summary>One thing that is wrong with the configuration: the key, its value (null: absent or secret), and what would be right.</summary>
internal sealed record ConfigurationError(string Key, string? Value, string Problem)
{
    private const int LongestValue = 200;

    /// <summary>The end of <see cref="Problem"/> that says what to do, where it is known by itself.</summary>
    public string? Remedy { get; init; }

    /// <summary>One line that can be printed, whatever was written into the configuration.</summary>
    public override string ToString() => PrintableText.Escaped(Value is null ? $"{Key}: {Problem}" : $"{Key} = {PrintableText.Escaped(Value, LongestValue)}: {Problem}");
}
