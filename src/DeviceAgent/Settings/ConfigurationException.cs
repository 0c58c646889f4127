

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
