namespace DeviceAgent.Commands;

/// <summary>How the process ends; from 64 on as in sysexits.h.</summary>
internal enum ExitCode
{
    /// <summary>Ended as asked: by a signal, or because the source has ended and everything is delivered.</summary>
    Ok = 0,

    /// <summary>An unexpected failure.</summary>
    Failure = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 2,

    /// <summary>The spool cannot be used (EX_IOERR): in use by another process, written by a newer agent, or its folder cannot be made.</summary>
    SpoolUnusable = 74,

    /// <summary>The configuration is wrong (EX_CONFIG).</summary>
    BadConfiguration = 78,
}
