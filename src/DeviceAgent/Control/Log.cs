using DeviceAgent.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control;

/// <summary>Event ids 2600 to 2699. Values of desired keys are shown: what is secret cannot be set remotely.</summary>
internal static partial class Log
{
    [LoggerMessage(2600, LogLevel.Information, "Remote control of the thing {Thing} by {Ways} of AWS IoT at {Host}:{Port}.")]
    public static partial void ControlStarts(this ILogger logger, string thing, string ways, string? host, int port);

    [LoggerMessage(2601, LogLevel.Warning, "Remote settings were lost; the local configuration is used: {Problem}.")]
    public static partial void RemoteStateLost(this ILogger logger, string problem);

    [LoggerMessage(2602, LogLevel.Warning, "Remote settings no longer fit the configuration, which is used without them: {Reason}.")]
    public static partial void SettingsNoLongerFit(this ILogger logger, string reason);

    [LoggerMessage(2603, LogLevel.Warning, "Remote control is limited: {Problem} Tried again every {Pause}.")]
    public static partial void NotAllowed(this ILogger logger, string problem, Duration pause);

    [LoggerMessage(2604, LogLevel.Information, "Change {What} by {By} {Reference}: begins.")]
    public static partial void ChangeBegins(this ILogger logger, string what, ChangeWay by, string reference);

    [LoggerMessage(2605, LogLevel.Information, "Change {What} by {By} {Reference}: applied.")]
    public static partial void ChangeApplied(this ILogger logger, string what, ChangeWay by, string reference);

    [LoggerMessage(2606, LogLevel.Warning, "Change {What} by {By} {Reference}: {Result} ({Code}): {Reason}")]
    public static partial void ChangeRefused(this ILogger logger, string what, ChangeWay by, string reference, ChangeEnd result, string? code, string? reason);

    [LoggerMessage(2607, LogLevel.Error, "Change {What} by {By} {Reference} failed unexpectedly.")]
    public static partial void ChangeFailed(this ILogger logger, Exception exception, string what, ChangeWay by, string reference);

    [LoggerMessage(2608, LogLevel.Warning, "Remote changes are remembered only until the agent ends. {Problem}")]
    public static partial void NotWritten(this ILogger logger, string problem);

    [LoggerMessage(2609, LogLevel.Warning, "Shadow: {What} was refused ({Code}): {Message}")]
    public static partial void ShadowRefused(this ILogger logger, string what, string code, string message);

    [LoggerMessage(2610, LogLevel.Debug, "Remote control: {What} has no answer: {Problem}")]
    public static partial void NoAnswer(this ILogger logger, string what, string problem);

    [LoggerMessage(2611, LogLevel.Debug, "Shadow: version {Version} is ignored, {Known} is known.")]
    public static partial void OldVersion(this ILogger logger, long version, long known);

    [LoggerMessage(2612, LogLevel.Warning, "Job {JobId}: {What} was refused ({Code}): {Message}")]
    public static partial void JobRefused(this ILogger logger, string jobId, string what, string code, string message);

    [LoggerMessage(2613, LogLevel.Information, "Job {JobId} is over in the cloud ({Status}); its outcome here is kept.")]
    public static partial void JobOver(this ILogger logger, string jobId, string status);

    [LoggerMessage(2614, LogLevel.Warning, "Message on {Topic} is not a JSON object; what it is about is asked for.")]
    public static partial void NotJson(this ILogger logger, string topic);

    [LoggerMessage(2615, LogLevel.Error, "The connection to AWS IoT cannot be made.")]
    public static partial void ConnectionFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2616, LogLevel.Information, "The connection to AWS IoT is made anew.")]
    public static partial void ConnectionRenewed(this ILogger logger);

    [LoggerMessage(2618, LogLevel.Error, "Job {JobId}: its progress can no longer be told.")]
    public static partial void ProgressFailed(this ILogger logger, Exception exception, string jobId);

    [LoggerMessage(2617, LogLevel.Error, "Remote control met a fault; it goes on in {Pause}.")]
    public static partial void ControlFault(this ILogger logger, Exception exception, Duration pause);

    [LoggerMessage(2619, LogLevel.Warning, "Remote settings are rolled back. {Reason}")]
    public static partial void SettingsRolledBack(this ILogger logger, string reason);

    [LoggerMessage(2620, LogLevel.Information, "Change {What} by {By} {Reference}: {Reason}")]
    public static partial void ChangeHadNoEffect(this ILogger logger, string what, ChangeWay by, string reference, string? reason);

    [LoggerMessage(2621, LogLevel.Warning, "Shadow: {Problem}")]
    public static partial void ReportShortened(this ILogger logger, string problem);

    [LoggerMessage(2622, LogLevel.Warning, "Remote control: {Times} times in a row: {Problem} It is tried again.")]
    public static partial void KeepsFailing(this ILogger logger, string problem, int times);

    [LoggerMessage(2623, LogLevel.Information, "Shadow: {Keys} is taken out of the desired state: job {JobId} has changed it since.")]
    public static partial void DesiredOvertaken(this ILogger logger, string keys, string jobId);

    [LoggerMessage(2690, LogLevel.Warning, "The connection to AWS IoT cannot be made anew, next attempt in {Delay}. {Problem}")]
    public static partial void ConnectionNotRenewed(this ILogger logger, Duration delay, string problem);
}

/// <summary>In a log: <c>job</c>, <c>shadow</c>.</summary>
internal readonly record struct ChangeWay(ChangeOrigin Origin)
{
    public static implicit operator ChangeWay(ChangeOrigin origin) => new(origin);

    public override string ToString() => Origin == ChangeOrigin.Job ? "job" : "shadow";
}

/// <summary>In a log: <c>rejected</c>, <c>rolled back</c>.</summary>
internal readonly record struct ChangeEnd(ChangeResult Result)
{
    public static implicit operator ChangeEnd(ChangeResult result) => new(result);

    public override string ToString() => Result switch
    {
        ChangeResult.Applied => "applied",
        ChangeResult.RolledBack => "rolled back",
        _ => "rejected",
    };
}
