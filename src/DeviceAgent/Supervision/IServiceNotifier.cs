namespace DeviceAgent.Supervision;

/// <summary>
/// Tells the supervisor how the service stands, as in sd_notify(3). Never throws, and does nothing where nobody listens. Thread-safe.
/// </summary>
internal interface IServiceNotifier
{
    /// <summary>The service has started (READY=1). Only the first call counts.</summary>
    void Ready();

    /// <summary>The configuration is being read again (RELOADING=1). <see cref="Reloaded"/> must follow, however it goes.</summary>
    void Reloading();

    /// <summary>The reload has ended (READY=1).</summary>
    /// <param name="problem">Why the old configuration stays, without secrets; null when the new one is active. Shown in the status until the next reload.</param>
    void Reloaded(string? problem);

    /// <summary>The service begins to stop (STOPPING=1).</summary>
    void Stopping();

    /// <summary>What goes on (STATUS=): made one line, and shortened to <see cref="StatusLine.MaxLength"/> characters. Sent when it is another one than the last.</summary>
    void Status(string text);

    /// <summary>The service lives (WATCHDOG=1).</summary>
    void Ping();
}
