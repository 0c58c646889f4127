namespace DeviceAgent.Fleet.Commands;

/// <summary>How a command ends.</summary>
internal enum ExitCode
{
    /// <summary>All that was asked for is done.</summary>
    Ok = 0,

    /// <summary>Some things failed, or an unexpected failure.</summary>
    Failed = 1,

    /// <summary>The command line is wrong, or a question could not be asked.</summary>
    Usage = 2,

    /// <summary>The canaries stopped the rotation: no other thing was asked.</summary>
    CanaryStopped = 3,

    /// <summary>It is not over: interrupted, paused, or started with <c>--detach</c>.</summary>
    NotOver = 4,

    /// <summary>The check found what would fail; nothing was begun.</summary>
    CheckFailed = 5,

    /// <summary>Stopped before all things were asked: by the abort threshold, or by an operator.</summary>
    Aborted = 6,

    /// <summary>AWS refused, or is not reached (EX_UNAVAILABLE).</summary>
    Unavailable = 69,
}
