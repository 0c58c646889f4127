namespace DeviceAgent.Local;

/// <summary>A request is answered with an error status; nothing of it was taken.</summary>
internal sealed class RefusedException : Exception
{
    public RefusedException()
    {
    }

    public RefusedException(string message) : base(message)
    {
    }

    public RefusedException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public RefusedException(int status, string message, TimeSpan? retryAfter = null) : base(message) => (Status, RetryAfter) = (status, retryAfter);

    public int Status { get; } = 400;

    public TimeSpan? RetryAfter { get; }
}
