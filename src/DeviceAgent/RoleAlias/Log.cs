using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.RoleAlias;

internal static partial class Log
{
    [LoggerMessage(2700, LogLevel.Information, "The role alias {RoleAlias} was rotated in remotely and is active; the configuration says {Configured}{Probation}.")]
    public static partial void OtherAliasActive(this ILogger logger, string roleAlias, string configured, string probation);

    [LoggerMessage(2701, LogLevel.Warning, "The configuration's role alias was changed to {Configured} (from {Before}): it wins over {Active}, which was active.")]
    public static partial void ConfigurationWins(this ILogger logger, string configured, string before, string active);

    [LoggerMessage(2702, LogLevel.Error, "The configured role alias is used: {Problem}.")]
    public static partial void FileSetAside(this ILogger logger, string problem);

    [LoggerMessage(2703, LogLevel.Error, "The configured role alias is used: {Problem}.")]
    public static partial void FileNotRead(this ILogger logger, string problem);

    [LoggerMessage(2704, LogLevel.Error, "{Path} could not be written: after a restart the role alias may be the one before. {Problem}")]
    public static partial void FileNotSaved(this ILogger logger, string path, string problem);

    [LoggerMessage(2710, LogLevel.Information, "The role alias {RoleAlias} is tried beside {Active}.")]
    public static partial void Begins(this ILogger logger, string roleAlias, string active);

    [LoggerMessage(2711, LogLevel.Information, "No credentials of the role alias {RoleAlias} yet ({Kind}), next attempt in {Delay}. {Problem}")]
    public static partial void CandidateNotFetched(this ILogger logger, string roleAlias, CredentialFailureKind kind, Duration delay, string problem);

    [LoggerMessage(2712, LogLevel.Warning, "A write with the role alias {RoleAlias} was refused ({Code}); the readings go out with the active alias. {Reason}")]
    public static partial void WriteRefused(this ILogger logger, string roleAlias, string code, string reason);

    [LoggerMessage(2713, LogLevel.Information, "A write with the role alias {RoleAlias} says nothing about its role, another one is waited for. {Fault}")]
    public static partial void WriteProvedNothing(this ILogger logger, string roleAlias, string fault);

    [LoggerMessage(2714, LogLevel.Information, "The role alias {RoleAlias} is proven by a write and active (before: {Previous}), on probation.")]
    public static partial void Committed(this ILogger logger, string roleAlias, string previous);

    [LoggerMessage(2715, LogLevel.Information, "The role alias {RoleAlias} has passed its probation (good batches: {GoodBatches}).")]
    public static partial void Settled(this ILogger logger, string roleAlias, int goodBatches);

    [LoggerMessage(2716, LogLevel.Error, "The role alias {RoleAlias} is rejected ({Code}), {Active} stays active.")]
    public static partial void Rejected(this ILogger logger, string roleAlias, string code, string active);

    [LoggerMessage(2720, LogLevel.Warning, "The role alias {RoleAlias} no longer works, the agent goes back to {Previous} ({Code}). {Reason}")]
    public static partial void GoesBack(this ILogger logger, string roleAlias, string previous, string code, string reason);

    [LoggerMessage(2721, LogLevel.Warning, "No credentials of the role alias {Previous} to go back to, next attempt in {Delay}. {Problem}")]
    public static partial void PreviousNotFetched(this ILogger logger, string previous, Duration delay, string problem);

    [LoggerMessage(2722, LogLevel.Information, "The role alias {RoleAlias} works again before the old one does: its probation begins anew.")]
    public static partial void WorksAgain(this ILogger logger, string roleAlias);

    [LoggerMessage(2723, LogLevel.Error, "The role alias {RoleAlias} is rolled back ({Code}), {Previous} is active again.")]
    public static partial void RolledBack(this ILogger logger, string roleAlias, string? code, string previous);
}
