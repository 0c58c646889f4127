namespace DeviceAgent.Spool;

/// <summary>The file is not what a spool wrote.</summary>
internal sealed class SpoolDamagedException : Exception
{
    public SpoolDamagedException()
    {
    }

    public SpoolDamagedException(string message) : base(message)
    {
    }

    public SpoolDamagedException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
