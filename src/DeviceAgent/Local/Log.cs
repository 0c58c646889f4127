using DeviceAgent.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

internal static partial class Log
{
    [LoggerMessage(2400, LogLevel.Information, "Local programs are answered on {Address}.")]
    public static partial void ListenerOpened(this ILogger logger, ListenAddress address);

    [LoggerMessage(2401, LogLevel.Error, "Local programs are not answered on {Address}: {Problem}. The agent goes on, and tries again every {Pause}.")]
    public static partial void ListenerNotOpened(this ILogger logger, ListenAddress address, string problem, Duration pause);

    [LoggerMessage(2402, LogLevel.Error, "The answer to {Path} was broken off: {Problem}")]
    public static partial void AnswerBroken(this ILogger logger, string? path, string problem);

    [LoggerMessage(2412, LogLevel.Error, "The request for {Path} failed unexpectedly; it was answered with 500.")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string? path);

    [LoggerMessage(2413, LogLevel.Debug, "The client went away before {Path} was answered: {Problem}")]
    public static partial void ClientGone(this ILogger logger, string? path, string problem);

    [LoggerMessage(2403, LogLevel.Warning, "Readings of local programs that came last could not be committed, which they are told: {Problem}")]
    public static partial void LastCommitFailed(this ILogger logger, string problem);

    [LoggerMessage(2404, LogLevel.Error, "{Address} is taken by {Holder}: local programs reach that process instead of the agent. If it is not yours, {Leak}. The agent goes on without this address, and tries again every {Pause}.")]
    public static partial void PortTaken(this ILogger logger, ListenAddress address, string holder, string leak, Duration pause);

    [LoggerMessage(2405, LogLevel.Warning, "{Address} was taken by {Holder} before the agent got it. If that process was not yours, {Leak}.")]
    public static partial void PortWasTaken(this ILogger logger, ListenAddress address, string holder, string leak);

    [LoggerMessage(2406, LogLevel.Information, "There is no {Address} on this device: {Problem}.")]
    public static partial void AddressAbsent(this ILogger logger, ListenAddress address, string problem);

    [LoggerMessage(2407, LogLevel.Warning, "systemd passed a socket that is not used: {Problem}. ListenStream= in device-agent-credentials.socket must name 127.0.0.1 and [::1] with the port of credentials.port.")]
    public static partial void PassedSocketUnused(this ILogger logger, string problem);

    [LoggerMessage(2408, LogLevel.Error, "Local programs are not answered on {Address}: the process may have {Limit} descriptors only, which leaves {Free} for connections. Allow it 1024 (LimitNOFILE= in the unit, ulimit -n) and restart the agent.")]
    public static partial void TooFewDescriptors(this ILogger logger, ListenAddress address, long limit, long free);

    [LoggerMessage(2409, LogLevel.Warning, "{Address} holds {Connections} connections at most, not {Wanted}: the process may have {Limit} descriptors only (LimitNOFILE= in the unit, ulimit -n).")]
    public static partial void FewDescriptors(this ILogger logger, ListenAddress address, int connections, int wanted, long limit);

    [LoggerMessage(2410, LogLevel.Error, "{Address} takes no connections for {Pause}, idle ones are closed: {Problem}.")]
    public static partial void NoDescriptors(this ILogger logger, ListenAddress address, string problem, Duration pause);

    [LoggerMessage(2411, LogLevel.Information, "systemd holds {Address} for the agent, also while no agent runs.")]
    public static partial void SocketPassed(this ILogger logger, ListenAddress address);

    [LoggerMessage(2900, LogLevel.Warning, "A client of credentials.port is not known: {Problem}.")]
    public static partial void ClientIgnored(this ILogger logger, string problem);

    [LoggerMessage(2901, LogLevel.Error, "The audit log '{Path}' cannot be written: {Problem}. Credentials are handed out all the same; this is said once until it works again.")]
    public static partial void AuditFailed(this ILogger logger, string path, string problem);

    [LoggerMessage(2902, LogLevel.Warning, "credentials.imds is on: every local user can get the device's credentials on port {Port}.")]
    public static partial void OpenToAllUsers(this ILogger logger, int port);
}
