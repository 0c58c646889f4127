namespace DeviceAgent.Local;

/// <summary>The endpoint cannot be opened; the message says why and what to do.</summary>
internal sealed class EndpointException : Exception
{
    public EndpointException()
    {
    }

    public EndpointException(string message) : base(message)
    {
    }

    public EndpointException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
