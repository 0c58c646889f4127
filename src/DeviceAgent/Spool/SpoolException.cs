namespace DeviceAgent.Spool;

/// <summary>The spool cannot do its work; the message says why and what to do.</summary>
internal sealed class SpoolException : Exception
{
    public SpoolException()
    {
    }

    public SpoolException(string message) : base(message)
    {
    }

    public SpoolException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
